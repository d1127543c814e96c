import ArgumentParser
import CaffoldKit
import Diagnostics

/// `caffold graph`: a picture of a net.
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw a net: as a page to look around in, a picture, or a text in Graphviz's language.",
    discussion: """
      The ending of the file says what is written. A page (.html) is one file that needs no network: the graph with pan, zoom and \
      search, tables, and for each layer what 'caffold inspect' knows of it and, with weights, histograms of its numbers. A picture \
      (.svg) and the graph of a page are laid out by Graphviz, whose program 'dot' has to be installed: 'apt-get install graphviz', \
      'dnf install graphviz' or 'brew install graphviz'. Without it a page has its tables alone. A text (.dot) needs nothing.

        caffold graph deploy.prototxt weights.caffemodel -o net.html
        caffold graph deploy.prototxt -o net.svg
        caffold graph deploy.prototxt | dot -Tpng > net.png
        caffold graph net.onnx -o net.html

      'caffold fold --report' draws a net before and after a fold.

      Exit status: 0 done, 2 bad input or no Graphviz for a picture, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The net definition, or an ONNX file.", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("Its weights; a page shows their numbers.", valueName: "weights"))
  var weights: String?

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "The file to write: .html, .svg or .dot. Without it the text in Graphviz's language goes to standard output.",
      valueName: "file"))
  var output: String?

  @OptionGroup
  var inputShape: InputShapeFlags

  @OptionGroup(title: "Net")
  var state: StateFlags

  @OptionGroup
  var knowledge: KnowledgeFlags

  func validate() throws {
    guard let output else { return }
    if output.isEmpty { throw ValidationError("-o has an empty value; give a path") }
    if GraphFormat(path: output) == nil {
      throw ValidationError(
        "-o writes a page, a picture or a text: give a name that ends in .html, .svg or .dot, not '\(output)'"
      )
    }
  }

  func run() throws {
    try reporting {
      var options = RunOptions()
      state.fill(&options)
      knowledge.fill(&options)
      let format = output.flatMap { GraphFormat(path: $0) } ?? .dot
      let text: [UInt8]
      if Caffold.isOnnx(model) {
        guard weights == nil else {
          throw ValidationError("an ONNX file has its own weights; leave '<weights>' out")
        }
        try options.refuseKnowledge(of: model, "an ONNX file")
        text = try Caffold.graph(
          onnx: model, inputShapes: inputShape.shapes, format: format, writing: output,
          observer: Console.observer())
      } else {
        text = try Caffold.graph(
          ModelFiles(model: model, weights: weights), options, inputShapes: inputShape.shapes,
          format: format, writing: output, observer: Console.observer())
      }
      if let output {
        Console.log("wrote \(output) (\(Format.bytes(text.count)))\n")
      } else {
        Console.output(text)
      }
    }
  }
}
