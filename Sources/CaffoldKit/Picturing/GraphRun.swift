import CaffeIO
import Diagnostics

/// A form of a picture.
public enum GraphFormat: String, Sendable, CaseIterable {
  /// The language of Graphviz: a text that other programs draw.
  case dot
  /// A picture, drawn by Graphviz.
  case svg
  /// A page with the picture, tables, and all that is known of each layer.
  case html

  /// The form that the ending of a file's name stands for; nil for another ending.
  public init?(path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "dot", "gv": self = .dot
    case "svg": self = .svg
    case "html", "htm": self = .html
    default: return nil
    }
  }
}

/// One picture of one net, or of one ONNX file.
struct GraphRun {
  /// What is drawn.
  enum Subject {
    case net(ModelFiles, RunOptions)
    /// An ONNX file.
    case graph(String)

    /// The files that it consists of.
    var files: ModelFiles {
      switch self {
      case .net(let files, _): files
      case .graph(let path): ModelFiles(model: path)
      }
    }
  }

  let subject: Subject
  let inputShapes: [String]
  let format: GraphFormat
  /// Where it is written to; nil for nowhere.
  let path: String?
  let observer: RunObserver

  private var files: ModelFiles { subject.files }

  func run() throws -> [UInt8] {
    try Files.restore([files.model, files.weights, path].compactMap(\.self), observer)
    if let path { try OutputPair.check(path, inputs, force: false) }
    let file = try InputFile(path: files.model)
    let text = try text(of: picture(file))
    guard let path else { return text }
    let output = try AtomicFile(path: path, holding: text, from: files.model)
    try file.checkUnchanged()
    try output.publish()
    return text
  }

  /// The files that the run reads: no output may replace one of them.
  private var inputs: [String] {
    let own = [files.model, files.weights].compactMap(\.self)
    guard case .net(_, let options) = subject else { return own }
    return own + options.rules.files.filter { !Files.isFolder($0) } + options.protos
  }

  /// - Parameter file: the net definition, or the ONNX file.
  private func picture(_ file: InputFile) throws -> NetPicture {
    guard case .net(_, let options) = subject else {
      let (facts, texts) = try InspectedGraph.described(files.model, inputShapes: inputShapes, observer)
      return NetPicture(facts, texts: texts)
    }
    let knowledge = try LayerKnowledge(options, observer)
    let definition = try NetDefinition(
      TextDocument(SourceText(path: files.model, bytes: try Files.read(file))))
    let weights = try files.weights.map { try WeightsFile(path: $0) }
    let described = try DescribedNet(
      definition, state: options.net.state, weights: weights, knowledge: knowledge, inputShapes: inputShapes,
      model: files.model)
    let stored = weights?.contentsByLayer ?? [:]
    // Only the page shows numbers.
    let looksAtNumbers = weights != nil && format == .html
    return try NetPicture(
      described, files,
      contents: looksAtNumbers ? { stored[described.net.steps[$0].subject.name] ?? [] } : nil,
      weights: looksAtNumbers ? weights : nil)
  }

  private func text(of picture: NetPicture) throws -> [UInt8] {
    let title = Files.split(files.model).name
    switch format {
    case .dot: return Array(DotText(picture: picture).labelled(title: title).utf8)
    case .svg:
      do throws(Graphviz.Failure) {
        try PictureDrawing.check(picture)
        return try PictureDrawing.dot().start(DotText(picture: picture).labelled(title: title), format: "svg")
          .finish()
      } catch {
        throw PictureError(path: path ?? "<svg>", failure: error)
      }
    case .html:
      let drawing = PictureDrawing([picture])
      let remark = drawing.failure.map { PictureRemark(path: path ?? "<html>", failure: $0) }
      if let remark { observer.warning(remark.diagnostic) }
      return PicturePage.text(
        title: title, command: "graph",
        nets: [PageData.net(picture, label: "net", layout: drawing.layouts.first ?? nil)],
        remark: remark?.sentence)
    }
  }
}
