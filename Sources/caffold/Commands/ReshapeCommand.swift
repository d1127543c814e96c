import ArgumentParser
import CaffoldKit
import Diagnostics
import JSON

/// `caffold reshape`: other shapes for the inputs of a net.
struct ReshapeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reshape",
    abstract: "Give the inputs of a net another batch, size or shape.",
    discussion: """
      Works on all ways in which definitions give shapes: input_dim, input_shape, and the layers Input, DummyData and MemoryData. The rest \
      of the text stays as it is. Layers that do not suit the new shapes are named, and then nothing is written: an inner product whose \
      weights are for another size, a Reshape with a fixed batch.

        caffold reshape net.prototxt --batch 4 -o out/
        caffold reshape net.prototxt --size 320x240 --output-model small.prototxt
        caffold reshape net.prototxt --input-shape data=1,1,64,64 --dry-run

      Exit status: 0 done, 1 layers do not suit the shapes, 2 bad input, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The net definition.", valueName: "model"))
  var model: String

  /// Accepted so that the error can name it: other commands take weights here.
  @Argument(help: .hidden)
  var weights: String?

  @Option(help: ArgumentHelp("The first dimension of all inputs.", valueName: "number"))
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "Height and width of all inputs with four dimensions: 320x240 is 320 high; 320 alone is both.",
      valueName: "height×width"))
  var size: ImageSize?

  @Option(
    name: .customLong("input-shape"),
    help: ArgumentHelp(
      "The whole shape of an input: 1,3,224,224, or NAME=1,3,224,224.", valueName: "shape"))
  var inputShape: [String] = []

  @OptionGroup(title: "Output")
  var place: PlaceFlags

  @OptionGroup(title: "Net")
  var state: StateFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  func validate() throws {
    if let weights {
      throw ValidationError("a reshape changes the net definition alone; leave '\(weights)' out")
    }
    if batch == nil, size == nil, inputShape.isEmpty {
      throw ValidationError("give --batch, --size or --input-shape")
    }
    if let batch, !(1...Int(Int32.max)).contains(batch) {
      throw ValidationError("--batch must be between 1 and 2,147,483,647")
    }
    if inputShape.contains("") { throw ValidationError("--input-shape has an empty value; give 1,3,224,224") }
  }

  func run() throws {
    try reporting {
      var options = RunOptions()
      state.fill(&options)
      fork.fill(&options)
      var shapes = ReshapeOptions()
      shapes.batch = batch
      shapes.size = size.map { ($0.height, $0.width) }
      shapes.shapes = inputShape
      let result = try Caffold.reshape(
        model, shapes, options, writing: place.options, observer: Console.observer())
      switch format {
      case .json: Console.output(Self.json(result).text)
      case .text: Console.log(Self.text(result))
      }
      if !result.misfits.isEmpty { throw ExitCode(1) }
    }
  }

  private static func text(_ result: ReshapeResult) -> String {
    var lines = result.inputs.map {
      "input: '\(Format.name($0.name))' \(Format.shape($0.old)) → \(Format.shape($0.new))"
    }
    lines += ValueLines.lines("output", result.outputs)
    lines += result.misfits.map { "misfit: \($0.message)" }
    guard result.misfits.isEmpty else {
      let count = Wording.counted(result.misfits.count, "layer does", plural: "layers do")
      return (lines + ["\(count) not suit the new shapes; nothing was written"]).joined(separator: "\n")
        + "\n"
    }
    return (lines + [result.outputFile.map { "wrote \($0)" } ?? "nothing written"]).joined(separator: "\n")
      + "\n"
  }

  private static func json(_ result: ReshapeResult) -> JSONValue {
    func shape(_ shape: [Int]?) -> JSONValue { shape.map { .array($0.map(JSONValue.integer)) } ?? .null }
    return .object([
      ("caffold", .object([("version", .string(Caffold.version))])), ("command", .string("reshape")),
      (
        "inputs",
        .array(
          result.inputs.map {
            .object([("name", .name($0.name)), ("old", shape($0.old)), ("new", shape($0.new))])
          })
      ),
      ("outputs", .array(result.outputs.map(ValueLines.json))),
      (
        "misfits",
        .array(
          result.misfits.map { .object([("layer", .name($0.layer)), ("message", .string($0.message))]) })
      ),
      ("written", result.outputFile.map(JSONValue.string) ?? .null),
    ])
  }
}

/// `320x240`, height first as in shapes; `320` is both.
struct ImageSize: ExpressibleByArgument {
  let height: Int
  let width: Int

  init?(argument: String) {
    let sizes = argument.split(omittingEmptySubsequences: false) { $0 == "x" || $0 == "×" }.map { Int($0) }
    guard sizes.count <= 2, let height = sizes[0], let width = sizes[sizes.count - 1],
      (1...Int(Int32.max)).contains(height), (1...Int(Int32.max)).contains(width)
    else { return nil }
    self.height = height
    self.width = width
  }
}
