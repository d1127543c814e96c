import ArgumentParser
import CaffoldKit
import Diagnostics
import JSON

/// `caffold extract`: a part of a net as a net of its own.
struct ExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Make the layers between some blobs a net of its own.",
    discussion: """
      The blobs of --from become Input layers of the shapes that they have in the net; the layers behind them that --to needs are copied \
      with comments, fields of forks and blobs. A blob that layers write in place counts as last written. Without --from the net's inputs \
      stay, without --to its outputs.

        caffold extract net.prototxt net.caffemodel --from pool1 --to conv5 -o part/
        caffold extract net.prototxt net.caffemodel --to features -o trunk/
        caffold extract net.prototxt --from fc6 --output-model head.prototxt

      The weights go beside the net definition, under the same name.

      Exit status: 0 done, 2 bad input or a cut that cannot be made, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The net definition.", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("Its weights.", valueName: "weights"))
  var weights: String?

  @Option(help: ArgumentHelp("A blob that becomes an input; may be repeated.", valueName: "blob"))
  var from: [String] = []

  @Option(help: ArgumentHelp("A blob that the part ends with; may be repeated.", valueName: "blob"))
  var to: [String] = []

  @OptionGroup(title: "Output")
  var place: PlaceFlags

  @OptionGroup
  var inputShape: InputShapeFlags

  @OptionGroup(title: "Net")
  var state: StateFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  func validate() throws {
    if from.isEmpty, to.isEmpty { throw ValidationError("give --from or --to: the blobs to cut at") }
    for (option, values) in [("--from", from), ("--to", to)]
    where values.contains("") { throw ValidationError("\(option) has an empty value") }
  }

  func run() throws {
    try reporting {
      var options = RunOptions()
      state.fill(&options)
      fork.fill(&options)
      let result = try Caffold.extract(
        ModelFiles(model: model, weights: weights), from: from.map { Name($0) }, to: to.map { Name($0) },
        options,
        inputShapes: inputShape.shapes, writing: place.options, observer: Console.observer())
      switch format {
      case .json: Console.output(Self.json(result).text)
      case .text: Console.log(Self.text(result))
      }
    }
  }

  private static func text(_ result: ExtractResult) -> String {
    let kept = "\(Format.grouped(result.keptCount)) of \(Format.counted(result.layerCount, "layer")) kept"
    let files = [result.outputFiles?.model, result.outputFiles?.weights].compactMap(\.self)
    return
      (ValueLines.lines("input", result.inputs) + ValueLines.lines("output", result.outputs) + [kept]
      + (files.isEmpty ? ["nothing written"] : files.map { "wrote \($0)" })).joined(separator: "\n") + "\n"
  }

  private static func json(_ result: ExtractResult) -> JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])), ("command", .string("extract")),
      ("kept", .integer(result.keptCount)), ("layers", .integer(result.layerCount)),
      ("inputs", .array(result.inputs.map(ValueLines.json))),
      ("outputs", .array(result.outputs.map(ValueLines.json))),
      (
        "written",
        result.outputFiles.map {
          .object([("model", .string($0.model)), ("weights", $0.weights.map(JSONValue.string) ?? .null)])
        } ?? .null
      ),
    ])
  }
}
