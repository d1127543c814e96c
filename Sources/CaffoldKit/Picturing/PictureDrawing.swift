/// Layouts of pictures, made side by side.
struct PictureDrawing {
  /// As many as there are pictures; all nil where one could not be made.
  private(set) var layouts: [PictureLayout?]
  /// Why there are none.
  private(set) var failure: Graphviz.Failure?

  init(_ pictures: [NetPicture]) {
    layouts = pictures.map { _ in nil }
    do throws(Graphviz.Failure) {
      for picture in pictures { try Self.check(picture) }
      let dot = try Self.dot()
      let sizes = pictures.map(PictureLayout.sizes)
      let jobs = zip(pictures, sizes).map { picture, sizes in
        Result { () throws(Graphviz.Failure) in
          try dot.start(DotText(picture: picture).boxes(sizes), format: "plain")
        }
      }
      // Every run that was started is waited for, also if another one failed.
      let ends = jobs.map { job in Result { () throws(Graphviz.Failure) in try job.get().finish() } }
      var made: [PictureLayout] = []
      for (end, sizes) in zip(ends, sizes) {
        guard let layout = PictureLayout(plain: String(decoding: try end.get(), as: UTF8.self), sizes: sizes)
        else { throw .broken(path: dot.path, said: "") }
        made.append(layout)
      }
      layouts = made
    } catch {
      failure = error
    }
  }

  /// Refuses a net that is too large.
  static func check(_ picture: NetPicture) throws(Graphviz.Failure) {
    guard picture.boxes.count <= Graphviz.boxLimit else {
      throw .tooLarge(boxes: picture.boxes.count, limit: Graphviz.boxLimit)
    }
  }

  /// The program.
  static func dot() throws(Graphviz.Failure) -> Graphviz {
    guard let dot = Graphviz() else { throw .missing }
    return dot
  }
}
