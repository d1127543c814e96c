import CaffeIO

extension FoldRun {
  /// The page about a fold, complete and without its name.
  func report(_ result: FoldResult, _ folded: Folded, to path: String) throws -> AtomicFile {
    let picture = try FoldPicture(folded, state: folded.plan.graph.state, model: result.inputs.model.path)
    let drawing = PictureDrawing([picture.before, picture.after])
    let remark = drawing.failure.map { PictureRemark(path: path, failure: $0) }
    if let remark { observer.warning(remark.diagnostic) }
    let page = PicturePage.text(
      title: Files.split(result.inputs.model.path).name, command: result.replayed == nil ? "fold" : "apply",
      nets: [
        PageData.net(
          picture.before, label: "before", fates: picture.fatesBefore, layout: drawing.layouts[0]),
        PageData.net(picture.after, label: "after", fates: picture.fatesAfter, layout: drawing.layouts[1]),
      ],
      FoldPageData(result: result, picture: picture, rules: folded.rules).members,
      remark: remark?.sentence)
    return try AtomicFile(path: path, holding: page, from: result.inputs.model.path)
  }
}
