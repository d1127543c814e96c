import ArgumentParser
import CaffoldKit

/// Where the result goes.
struct OutputFlags: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Folder for both outputs, under the names of the inputs.", valueName: "folder"))
  var directory: String?

  @Option(
    name: .customLong("output-model"),
    help: ArgumentHelp(
      "The rewritten net definition. The weights go beside it, unless --output-weights names them.",
      valueName: "file"))
  var model: String?

  @Option(
    name: .customLong("output-weights"),
    help: ArgumentHelp(
      "The rewritten weights. The net definition goes beside them, unless --output-model names it.",
      valueName: "file"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "Write the plan, to be reviewed and replayed by 'caffold apply'; the nets are written only where -o or --output-model asks for them.",
      valueName: "file"))
  var plan: String?

  @Option(
    help: ArgumentHelp(
      "Write a page about the fold (.html): both nets, the rewrites, and the reason for each layer that stays. The page is also written with --dry-run, and when the check or --verify fails. With --batch it names a folder for a page per model.",
      valueName: "file|folder"))
  var report: String?

  @Option(
    name: .customLong("weights"),
    help: ArgumentHelp(
      "The number type of the weights that are written: float, half (as NVIDIA's Caffe stores it) or keep, which is the default.",
      valueName: "type"))
  var numbers = "keep"

  @Flag(help: "Allow an output to replace a file that this run reads.")
  var force = false

  @Flag(
    name: .customLong("dry-run"), help: "Do everything but write, with the report and exit status of the run."
  )
  var dryRun = false

  @Flag(
    help:
      "Run both nets on random inputs first, and write nothing if they differ by more than 1e-4 of a blob's largest number, 1e-2 with weights in half precision."
  )
  var verify = false

  @Option(
    name: .customLong("input-shape"),
    help: ArgumentHelp(
      "The shape of an input that --verify runs: 1,3,224,224, or NAME=1,3,224,224.", valueName: "shape"))
  var inputShape: [String] = []

  /// Whether any output is named.
  var namesAny: Bool { [directory, model, weights, plan, report].contains { $0 != nil } || force }

  /// Refuses options that contradict each other.
  ///
  /// - Parameter isBatch: whether they are for many models.
  func check(hasWeights: Bool, isBatch: Bool = false) throws {
    for (option, path) in [
      ("-o", directory), ("--output-model", model), ("--output-weights", weights), ("--plan", plan),
      ("--report", report),
    ] {
      if path?.isEmpty == true { throw ValidationError("\(option) has an empty value; give a path") }
      if path == "-" {
        throw ValidationError(
          "\(option) cannot be standard output: outputs are written as whole files; give a path, './-' for a file of this name"
        )
      }
    }
    if let report, !isBatch, GraphFormat(path: report) != .html {
      throw ValidationError("--report writes a page; give a name that ends in .html, not '\(report)'")
    }
    if let report, isBatch, GraphFormat(path: report) != nil {
      throw ValidationError(
        "--batch writes a page per model; give --report the folder for them, not the file '\(report)'")
    }
    if directory != nil, model != nil || weights != nil {
      throw ValidationError(
        "-o names a folder for both outputs; give it, or --output-model and --output-weights")
    }
    if !verify, !inputShape.isEmpty {
      throw ValidationError("--input-shape is for --verify, which runs the nets")
    }
    if inputShape.contains("") { throw ValidationError("--input-shape has an empty value; give 1,3,224,224") }
    if verify, !hasWeights || !options.makesNets {
      throw ValidationError("--verify needs a weights file, and is about the nets that are written")
    }
    let types = WeightNumbers.allCases.map(\.rawValue) + ["keep"]
    guard types.contains(numbers) else {
      throw ValidationError(
        "--weights is one of \(types.joined(separator: ", ")), not '\(numbers)'; the weights file is an argument"
      )
    }
    if numbers != "keep", !hasWeights || !options.makesNets {
      throw ValidationError("--weights needs a weights file, and is about the weights that are written")
    }
    if !hasWeights, weights != nil { throw ValidationError("--output-weights needs a weights file") }
  }

  var options: OutputOptions {
    var options = OutputOptions()
    options.folder = directory
    options.model = model
    options.weights = weights
    options.plan = plan
    options.report = report
    options.numbers = WeightNumbers(rawValue: numbers)
    options.mayReplaceInputs = force
    options.isDryRun = dryRun
    if verify {
      var verification = VerificationOptions()
      verification.inputShapes = inputShape
      options.verification = verification
    }
    return options
  }
}
