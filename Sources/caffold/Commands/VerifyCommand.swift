import ArgumentParser
import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules
import Verification

/// `caffold verify`: do two nets compute the same?
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Run two nets on the same inputs and compare every blob that both have.",
    discussion: """
      Needs no Caffe: the layers are computed by caffold's own executor, in single precision, or in double with \
      --double. A layer of a type that it does not know cuts both nets there: both are given the same random values \
      for what it makes, so that what stands behind is compared all the same, and the report says so. They have the \
      shape of its first bottom, or that of --input-shape.

        caffold verify deploy.prototxt weights.caffemodel out/deploy.prototxt out/weights.caffemodel

      Exit status: 0 equal within the tolerance, 1 different, 2 bad input, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The first net definition.", valueName: "model-a"))
  var modelA: String

  @Argument(help: ArgumentHelp("Its weights.", valueName: "weights-a"))
  var weightsA: String

  @Argument(help: ArgumentHelp("The second net definition.", valueName: "model-b"))
  var modelB: String

  @Argument(help: ArgumentHelp("Its weights.", valueName: "weights-b"))
  var weightsB: String

  @Option(
    help: ArgumentHelp(
      "Values for the inputs: .npy, .pgm or .ppm; NAME=FILE where there are several.", valueName: "file"))
  var input: [String] = []

  @Option(
    name: .customLong("input-shape"),
    help: ArgumentHelp(
      "The shape of an input, or of what a layer makes that cannot be run: 1,3,224,224, or NAME=1,3,224,224.",
      valueName: "shape"))
  var inputShape: [String] = []

  @Option(help: ArgumentHelp("How many random inputs to run.", valueName: "number"))
  var samples: Int = 1

  @Option(help: ArgumentHelp("Where the random numbers begin.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "The largest difference allowed, relative to the blob's largest number.", valueName: "number"))
  var tolerance: Double = 1e-4

  @Flag(help: "Compute in double precision.")
  var double = false

  @Option(help: ArgumentHelp("The phase whose layers are taken: TEST or TRAIN.", valueName: "phase"))
  var phase: PhaseArgument = .test

  @Option(
    help: ArgumentHelp(
      "A stage that is on, for include and exclude rules; may be repeated.", valueName: "name"))
  var stage: [String] = []

  @Option(help: ArgumentHelp("The level, for include and exclude rules.", valueName: "number"))
  var level: Int = 0

  @Flag(
    name: .customLong("assume-stored-statistics"),
    help: "Take stored statistics even where 'use_global_stats: false' asks for those of the batch.")
  var assumeStoredStatistics = false

  @Option(
    help: ArgumentHelp(
      "A rule file, or a folder of them, whose layouts say what layers compute; may be repeated.",
      valueName: "path"))
  var rules: [String] = []

  @OptionGroup(title: "Forks")
  var fork: ForkOptions

  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  @Flag(name: [.short, .long], help: "List every blob.")
  var verbose = false

  func validate() throws {
    guard samples > 0 else { throw ValidationError("--samples must be at least 1") }
    guard tolerance >= 0 else { throw ValidationError("--tolerance must not be negative") }
  }

  func run() throws {
    let report: VerifyReport
    do {
      report = try VerifyRun(self).run()
    } catch let error as any DiagnosticError {
      Console.error(error.diagnostic)
      throw ExitCode(2)
    }
    switch format {
    case .json: Console.output(report.json.text)
    case .text: Console.log(report.text)
    }
    if !report.isEqual { throw ExitCode(1) }
  }
}

/// One run of `caffold verify`.
struct VerifyRun {
  private let command: VerifyCommand

  init(_ command: VerifyCommand) { self.command = command }

  func run() throws -> VerifyReport {
    var schema = try command.fork.schema()
    let layouts = try layouts(&schema)
    let first = try net(command.modelA, command.weightsA, schema, layouts)
    let second = try net(command.modelB, command.weightsB, schema, layouts)
    let comparison =
      command.double
      ? try compare(first, second, in: Double.self) : try compare(first, second, in: Float.self)
    return VerifyReport(
      comparison: comparison, tolerance: command.tolerance, verbose: command.verbose,
      models: (command.modelA, command.modelB))
  }

  /// What is known of layers beside the executor's own, only that of the user's files; their harmless fields go into the schema.
  private func layouts(_ schema: inout Schema) throws -> [BlobLayout] {
    guard !command.rules.isEmpty else { return [] }
    var options = try RuleOptions.none
    options.rules = command.rules
    let fields = SchemaFields(schema, isComplete: !command.fork.proto.isEmpty)
    let files = try RuleLoader.files(options, fields: fields)
    schema.harmlessFields.formUnion(files.harmlessFields)
    return try RuleLoader.loadAll(options, files: files, fields: fields).layouts
  }

  private func net(
    _ model: String, _ weights: String, _ schema: Schema, _ layouts: [BlobLayout]
  ) throws -> NetRunner {
    var definition = try NetDefinition(
      TextDocument(SourceText(path: model, bytes: try Files.read(model))))
    if command.assumeStoredStatistics { definition = try definition.usingStoredStatistics() }
    return try NetRunner(
      definition,
      state: NetState(
        phase: command.phase == .test ? .test : .train, level: command.level, stages: command.stage),
      schema: schema, weights: try WeightsFile(path: weights), layouts: layouts)
  }

  private func compare<S: NetScalar>(
    _ first: NetRunner, _ second: NetRunner, in scalar: S.Type
  ) throws -> NetComparison {
    var sampled = SampledInputs()
    sampled.seed = command.seed
    let arguments = InputArguments(first, model: command.modelA)
    sampled.shapes = try arguments.shapes(command.inputShape)
    sampled.given = try arguments.named(command.input).mapValues {
      try InputValues(try Files.read($0), path: $0)
    }
    let inputs = sampled
    let progress = Progress(label: "running both nets")
    defer { progress.finish() }
    return try NetComparer(first, second).compare(
      samples: inputs.given.isEmpty ? command.samples : 1, in: scalar,
      inputs: { try inputs.values(of: first, sample: $0, model: command.modelA, in: scalar) },
      cut: { inputs.values(behindCutAt: $0, shape: $1, sample: $2, in: scalar) },
      progress: progress.update)
  }
}
