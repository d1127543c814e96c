import CaffeIO
import Diagnostics
import Glibc
import JSON
import Testing
import WireTestSupport

@testable import CaffoldKit

/// Pictures of nets: texts for Graphviz, layouts that it makes, pages.
@Suite struct PicturingTests {
  private func graph(_ text: String, _ format: GraphFormat) throws -> String {
    try TestFiles.withFolder { folder in
      TestFiles.put(text, to: folder + "/net.prototxt")
      let bytes = try Caffold.graph(ModelFiles(model: folder + "/net.prototxt"), format: format)
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// A layer in place is a box of its own between those before and behind it.
  @Test func dotShowsVersionsOfBlobs() throws {
    let text = try graph(
      """
      input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
      \(convolution("conv", "data", "conv"))\(layer("relu", "ReLU", "conv", "conv"))\(layer("pool", "Softmax", "conv", "prob"))
      """, .dot)
    let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(lines[0] == "digraph \"net.prototxt\" {")
    #expect(
      lines[4...] == [
        ##"n0 [label="conv\nConvolution  1×2×8×8", tooltip="conv", fillcolor="#cfe3f7"]"##,
        ##"n1 [label="relu\nReLU  1×2×8×8", tooltip="relu", fillcolor="#e3d7f5"]"##,
        ##"n2 [label="pool\nSoftmax  1×2×8×8", tooltip="pool", fillcolor="#d3efdc"]"##,
        ##"n3 [label="data  1×3×8×8", tooltip="data", shape=ellipse, style="filled", fillcolor="#eceff3"]"##,
        ##"n4 [label="prob  1×2×8×8", tooltip="prob", shape=ellipse, style="filled", fillcolor="#eceff3"]"##,
        "n3 -> n0", "n0 -> n1", "n1 -> n2", "n2 -> n4", "}",
      ])
  }

  /// Names that try to end a string, to name an entity, to reorder a line, and one that is not UTF-8.
  @Test func dotEscapesNames() throws {
    let names = [#"a\"];evil"#, #"<b>&amp;"#, #"\\N\\l"#, #"x\012y"#, "\u{202E}c", #"\276\355"#]
    let layers = names.map { layer($0, "ReLU", "data", "out") }.joined()
    let text = try graph("input: \"data\" input_shape { dim: 1 }\n" + layers, .dot)
    let labels = text.split(separator: "\n").filter { $0.contains("tooltip=") }.prefix(6).map { line in
      String(line[line.range(of: "tooltip=")!.upperBound..<line.range(of: ", fillcolor")!.lowerBound])
    }
    #expect(
      labels == [
        #""a\"];evil""#, #""&lt;b&gt;&amp;amp;""#, #""\\N\\l""#, #""x\\x0Ay""#, #""\\x{202E}c""#,
        #""\\276\\355""#,
      ])
  }

  /// What `dot -Tplain` prints: inches from the lower left corner.
  @Test func plainLayoutIsRead() throws {
    let size = PictureLayout.Size(width: 72, height: 36)
    let plain = """
      graph 1 2 3
      node n0 0.5 2.75 1 0.5 "" solid box black lightgrey
      node n1 0.5 0.25 1 0.5 "" solid box black lightgrey
      edge n0 n1 4 0.5 2.5 0.5 2 0.5 1 0.5 0.5 solid black
      stop
      """
    let layout = try #require(PictureLayout(plain: plain, sizes: [size, size]))
    #expect(layout.size == PictureLayout.Size(width: 144, height: 216))
    #expect(layout.places.map(\.x) == [36, 36] && layout.places.map(\.y) == [18, 198])
    #expect(layout.arrows.count == 1 && layout.arrows[0].from == 0 && layout.arrows[0].to == 1)
    #expect(layout.arrows[0].points == [36, 36, 36, 72, 36, 144, 36, 180])
    for broken in [
      "", "graph 1 2 3\nstop", plain.replacing("n1 4", with: "n2 4"), plain.replacing("2.75", with: "nan"),
      plain.replacing("n0 n1 4", with: "n0 n1 9"), plain.replacing("node n1", with: "node n0"),
    ] {
      #expect(PictureLayout(plain: broken, sizes: [size, size]) == nil)
    }
  }

  /// A program in the current folder may have come with a model.
  @Test func dotOfTheCurrentFolderIsNotRun() {
    TestFiles.withFolder { folder in
      TestFiles.put("#!/bin/sh\n", to: folder + "/dot")
      #expect(chmod(folder + "/dot", 0o755) == 0)
      #expect(Graphviz(search: folder)?.path == folder + "/dot")
      #expect(Graphviz(search: "relative:\(folder)")?.path == folder + "/dot")
      for search in ["", ".", ":", "bin", folder + "/missing"] { #expect(Graphviz(search: search) == nil) }
      // The tests run in some folder of their own; a path to it, however it is written, is left out.
      let here = String(cString: getcwd(nil, 0))
      #expect(Graphviz(search: here) == nil && Graphviz(search: here + "/.") == nil)
    }
  }

  @Test func failuresSayWhatToDo() {
    #expect(
      PictureError(path: "net.svg", failure: .missing).diagnostic.text
        == "net.svg: error: Graphviz's program 'dot' is not installed; install it with 'apt-get install graphviz', 'dnf install graphviz' or 'brew install graphviz'; or write a file that ends in .dot, for any program that reads Graphviz's language"
    )
    #expect(
      PictureRemark(path: "report.html", failure: .slow(seconds: 60)).diagnostic.text
        == "report.html: warning: no picture: Graphviz did not finish its layout within 60 s; cut a part out of the net with 'caffold extract', and draw that part"
    )
    #expect(
      Graphviz.Failure.tooLarge(boxes: 20_000, limit: 10_000).sentence
        == "the picture has 20000 boxes, and Graphviz can lay out 10000 at most; cut a part out of the net with 'caffold extract', and draw that part"
    )
    #expect(
      Graphviz.Failure.broken(path: "/usr/bin/dot", said: "no").sentence
        == "'/usr/bin/dot' failed: no")
  }

  /// A program that fails, and one that does not end.
  @Test func aFailingProgramIsReported() throws {
    try TestFiles.withFolder { folder in
      TestFiles.put("#!/bin/sh\ncat >/dev/null\necho 'no memory' >&2\nexit 3\n", to: folder + "/dot")
      #expect(chmod(folder + "/dot", 0o755) == 0)
      let dot = try #require(Graphviz(search: folder))
      #expect(throws: Graphviz.Failure.broken(path: dot.path, said: "no memory")) {
        try dot.start("digraph {}", format: "plain").finish()
      }
      TestFiles.put("#!/bin/sh\nexec sleep 60\n", to: folder + "/dot")
      #expect(throws: Graphviz.Failure.slow(seconds: 0)) {
        try dot.start("digraph {}", format: "plain").finish(within: 0)
      }
    }
  }

  /// Graphviz is not started on a net that it would not come to an end with.
  @Test func largePicturesAreNotTried() throws {
    let layers = (0..<Graphviz.boxLimit).map { layer("l\($0)", "ReLU", "data", "data") }.joined()
    let error = #expect(throws: PictureError.self) {
      try graph("input: \"data\" input_shape { dim: 1 }\n" + layers, .svg)
    }
    #expect(error?.failure == .tooLarge(boxes: Graphviz.boxLimit + 2, limit: Graphviz.boxLimit))
  }

  @Test func theEndingSaysTheFormat() {
    #expect(GraphFormat(path: "a/net.DOT") == .dot && GraphFormat(path: "net.gv") == .dot)
    #expect(GraphFormat(path: "net.svg") == .svg && GraphFormat(path: "x.htm") == .html)
    #expect(GraphFormat(path: "net.png") == nil && GraphFormat(path: "net") == nil)
    #expect(GraphFormat(path: "a.b/svg") == nil && GraphFormat(path: ".html") == nil)
  }

  /// No name can end the element that holds the data, and the data reads back as JSON.
  @Test func namesStayInsideTheData() throws {
    let text = try graph(
      "input: \"data\" input_shape { dim: 1 }\n" + layer("</script><!--", "ReLU", "data", "out"), .html)
    let parts = text.split(separator: "<script id=\"data\" type=\"application/json\">")
    #expect(parts.count == 2)
    let json = parts[1].prefix(upTo: parts[1].range(of: "</script>")!.lowerBound)
    #expect(!json.contains("<"))
    let root = try JSONParser.parse(SourceText(path: "page", bytes: Array(json.utf8)))
    guard case .object(let members) = root.content,
      case .array(let nets)? = members.first(where: { $0.key == "nets" })?.value.content,
      case .object(let net) = nets[0].content,
      case .array(let layers)? = net.first(where: { $0.key == "layers" })?.value.content,
      case .object(let first) = layers[0].content
    else {
      Issue.record("the data has another form")
      return
    }
    #expect(try first.first { $0.key == "name" }?.value.string(for: "name") == "</script><!--")
  }

  /// Layers that one chain of rewrites ties together are one group; what stays is what the plan keeps.
  @Test func foldPicturesTieRewritesTogether() throws {
    let net = """
      input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
      \(convolution("a", "data", "a"))\(layer("a_bn", "BatchNorm", "a", "a"))\(layer("a_scale", "Scale", "a", "a", "scale_param { bias_term: true }"))
      \(layer("relu", "ReLU", "a", "a"))\(convolution("b", "a", "b"))\(layer("b_bn", "BatchNorm", "b", "b"))
      """
    try TestFiles.withFolder { folder in
      TestFiles.put(net, to: folder + "/net.prototxt")
      let files = ModelFiles(model: folder + "/net.prototxt")
      let prepared = try FoldRun(files, RunOptions(), nil, replaying: nil, RunObserver()).prepare()
      let picture = try FoldPicture(
        prepared.folded, state: prepared.folded.plan.graph.state, model: files.model)
      #expect(
        picture.fatesBefore.map(\.rawValue) == [
          "changed", "removed", "removed", "kept", "changed", "removed",
        ])
      #expect(picture.fatesAfter.map(\.rawValue) == ["changed", "kept", "changed"])
      #expect(picture.counterparts == [0, nil, nil, 1, 2, nil])
      #expect(picture.groups.map(\.before) == [[0, 1, 2], [4, 5]])
      #expect(picture.groups.map(\.after) == [[0], [2]])
      #expect(picture.groups.flatMap(\.rewrites).sorted() == Array(prepared.folded.plan.rewrites.indices))
    }
  }
}
