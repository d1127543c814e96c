import ArgumentParser
import CaffoldKit

/// `caffold verify`: do two nets compute the same?
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Run two nets on the same inputs and compare every blob that both have.",
    discussion: """
      Needs no Caffe: the layers are computed by caffold's own executor, in single precision, or in double with \
      --double. A layer of an unknown type cuts both nets there: both get the same random values for its tops, so \
      that the layers behind it are compared all the same, and the report says so. The values have the shape of the \
      layer's first bottom, or that of --input-shape.

        caffold verify deploy.prototxt weights.caffemodel out/deploy.prototxt out/weights.caffemodel
        caffold verify deploy.prototxt weights.caffemodel net.onnx

      An ONNX file, whoever made it, is run by caffold's evaluator of operators; its inputs and outputs are matched by name, \
      and by their order where all names are others.

      Random inputs have numbers of the size of 1; further samples are 10 and 100 times as large, and larger where a layer \
      that changed bends only there. These further samples are run on smaller pictures or batches where both nets accept \
      them, and on whole ones if the smaller ones show a new difference.

      Exit status: 0 equal within the tolerance, 1 different or an output could not be compared, 2 bad input, 64 wrong \
      usage.
      """)

  @Argument(help: ArgumentHelp("The first net definition.", valueName: "model-a"))
  var modelA: String

  @Argument(help: ArgumentHelp("Its weights.", valueName: "weights-a"))
  var weightsA: String

  @Argument(help: ArgumentHelp("The second net definition, or an ONNX file.", valueName: "model-b"))
  var modelB: String

  @Argument(help: ArgumentHelp("Its weights; an ONNX file has its own.", valueName: "weights-b"))
  var weightsB: String?

  @Option(
    help: ArgumentHelp(
      "Values for the inputs: .npy, .pgm or .ppm; NAME=FILE where there are several.", valueName: "file"))
  var input: [String] = []

  @OptionGroup
  var inputShape: InputShapeFlags

  @Option(help: ArgumentHelp("How many random inputs of the size of 1 to run.", valueName: "number"))
  var samples: Int = InputOptions().samples

  @Option(help: ArgumentHelp("Where the random numbers begin.", valueName: "number"))
  var seed: UInt64 = InputOptions().seed

  @Option(
    help: ArgumentHelp(
      "The largest difference allowed, relative to the blob's largest number.", valueName: "number"))
  var tolerance: Double = InputOptions().tolerance

  @Flag(help: "Compute in double precision.")
  var double = false

  @OptionGroup(title: "Net")
  var net: NetFlags

  @OptionGroup
  var knowledge: KnowledgeFlags

  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  @Flag(name: [.short, .long], help: "List every blob.")
  var verbose = false

  func validate() throws {
    guard (1...InputOptions.mostSamples).contains(samples) else {
      throw ValidationError("--samples must be between 1 and \(InputOptions.mostSamples)")
    }
    if isOnnx {
      if weightsB != nil {
        throw ValidationError("an ONNX file has its own weights; leave '<weights-b>' out")
      }
      if double { throw ValidationError("--double is for nets; ONNX files are run in single precision") }
      if samples != InputOptions().samples {
        throw ValidationError("--samples is for nets; an ONNX file is run on three samples")
      }
    } else if weightsB == nil {
      throw ValidationError("Missing expected argument '<weights-b>'")
    }
    try ToleranceFlag.validate(tolerance)
    if input.contains("") { throw ValidationError("--input has an empty value") }
  }

  private var isOnnx: Bool { Caffold.isOnnx(modelB) }

  func run() throws {
    try reporting {
      var options = RunOptions()
      net.fill(&options)
      knowledge.fill(&options)
      var inputs = InputOptions()
      inputs.values = input
      inputs.shapes = inputShape.shapes
      inputs.samples = samples
      inputs.seed = seed
      inputs.tolerance = tolerance
      inputs.isDouble = double
      let first = ModelFiles(model: modelA, weights: weightsA)
      let result =
        isOnnx
        ? try Caffold.verify(first, onnx: modelB, options, inputs: inputs, observer: Console.observer())
        : try Caffold.verify(
          first, ModelFiles(model: modelB, weights: weightsB), options, inputs: inputs,
          observer: Console.observer())
      let report = VerifyReport(result, verbose: verbose)
      switch format {
      case .json: Console.output(report.json.text)
      case .text: Console.log(report.text)
      }
      if !result.isEqual { throw ExitCode(1) }
    }
  }
}
