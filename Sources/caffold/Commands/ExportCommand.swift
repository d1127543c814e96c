import ArgumentParser
import CaffoldKit

/// `caffold export`: out of Caffe.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Fold a net and write it as ONNX, proven against the Caffe net.",
    discussion: """
      Without -o it writes MODEL.onnx beside the net definition.

        caffold export deploy.prototxt weights.caffemodel -o net.onnx
        caffold export deploy.prototxt weights.caffemodel -o net.onnx --dynamic-batch
        caffold export deploy.prototxt weights.caffemodel --input-shape 1,3,224,224

      The file is read back and its operators are run beside the Caffe net on random inputs of three sizes. The file \
      gets its name only when every output agrees.

      Exit status: 0 written, 1 the graph or a rewrite differs from the net or the target refuses the file, 2 bad input or a layer that ONNX cannot \
      express, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The net definition (.prototxt).", valueName: "model"))
  var model: String

  @Argument(
    help: ArgumentHelp(
      "The trained weights (.caffemodel); only a net without weights goes without.", valueName: "weights"))
  var weights: String?

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The ONNX file.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The version of ONNX's operator set, \(ExportOptions.opsets.lowerBound) to \(ExportOptions.opsets.upperBound).",
      valueName: "number"))
  var opset: Int = ExportOptions().opset

  @Option(help: ArgumentHelp("The size of the first axis of every input.", valueName: "number"))
  var batch: Int?

  @Flag(
    name: .customLong("dynamic-batch"),
    help: "Leave the size of the first axis of every input open, where every layer allows it.")
  var dynamicBatch = false

  @Option(
    name: .customLong("input-shape"),
    help: ArgumentHelp(
      "The shape of an input, or of the top of a layer that is kept: 1,3,224,224, or NAME=1,3,224,224.",
      valueName: "shape"))
  var inputShape: [String] = []

  @Option(
    help: ArgumentHelp(
      "Keep each layer that this target runs as one node: a built-in target, such as opencv5 for DetectionOutput, or a target file.",
      valueName: "target"))
  var profile: String?

  @Flag(
    name: .customLong("keep-unknown"),
    help:
      "Write a layer that ONNX's operators cannot say as a node of the domain 'caffe', which the runtime must know."
  )
  var keepUnknown = false

  @Flag(name: .customLong("no-fold"), help: "Export the net as it is; no rule is tried.")
  var noFold = false

  @Flag(name: .customLong("float"), help: "Write weights in half precision as floats.")
  var float = false

  @Flag(name: .customLong("no-check"), help: "Write without checking rewrites and without running the graph.")
  var noCheck = false

  @Option(
    help: ArgumentHelp(
      "The largest difference allowed, relative to a blob's largest number; 1e-4 by default, 1e-2 with weights in half precision.",
      valueName: "number"))
  var tolerance: Double?

  @Flag(help: "Allow the output to replace a file that this run reads.")
  var force = false

  @Option(
    help: ArgumentHelp(
      "The program that reads the file, a built-in target or a file: select the rules that it needs, and tell what it refuses.",
      valueName: "name|file"))
  var target: String?

  @OptionGroup(title: "Rules")
  var rules: RuleFlags

  @OptionGroup(title: "Project")
  var project: ProjectFlags

  @OptionGroup(title: "Layers")
  var layers: LayerFlags

  @OptionGroup(title: "Net")
  var net: NetFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @OptionGroup(title: "Report")
  var report: ReportFlags

  func validate() throws {
    guard ExportOptions.opsets.contains(opset) else {
      throw ValidationError(
        "--opset must be between \(ExportOptions.opsets.lowerBound) and \(ExportOptions.opsets.upperBound)")
    }
    if let batch, !(1...1_000_000).contains(batch) {
      throw ValidationError("--batch must be between 1 and 1,000,000")
    }
    if batch != nil, dynamicBatch { throw ValidationError("--batch and --dynamic-batch exclude each other") }
    if profile?.isEmpty == true { throw ValidationError("--profile has an empty value") }
    if keepUnknown, dynamicBatch {
      throw ValidationError(
        "--keep-unknown and --dynamic-batch exclude each other: what a kept layer makes of another batch is not known"
      )
    }
    for (option, value) in [("-o", output)] where value?.isEmpty == true || value == "-" {
      throw ValidationError("\(option) needs a path; the output is written as a whole file")
    }
    if target?.isEmpty == true { throw ValidationError("--target has an empty value") }
    if inputShape.contains("") { throw ValidationError("--input-shape has an empty value; give 1,3,224,224") }
    if let tolerance {
      try ToleranceFlag.validate(tolerance)
      if noCheck {
        throw ValidationError("--tolerance is for the check, and --no-check leaves the check out")
      }
    }
  }

  func run() throws {
    try reporting {
      var options = try project.options { options in
        rules.fill(&options)
        layers.fill(&options)
        net.fill(&options)
        fork.fill(&options)
        options.check.isOn = !noCheck
        options.target = target
      }
      options.recordsOverlaps = report.verbose || report.format == .json
      var export = ExportOptions()
      export.path = output
      export.opset = opset
      export.folds = !noFold
      export.inputShapes = inputShape
      export.batch = batch
      export.hasDynamicBatch = dynamicBatch
      export.widensHalf = float
      export.keepsUnknown = keepUnknown
      export.profile = profile
      export.isChecked = !noCheck
      export.tolerance = tolerance
      export.mayReplaceInputs = force
      let result = try Caffold.export(
        ModelFiles(model: model, weights: weights), options, export: export, observer: Console.observer())
      let printed = ExportReport(result, verbose: report.verbose)
      switch report.format {
      case .json: Console.output(printed.json.text)
      case .text: if !report.quiet || result.outcome != .done { Console.log(printed.text) }
      }
      if let target = result.target, report.format == .text {
        Console.log(TargetReport(target).text(isQuiet: report.quiet))
      }
      if result.outcome != .done || result.target?.isAccepted == false { throw ExitCode(1) }
    }
  }
}
