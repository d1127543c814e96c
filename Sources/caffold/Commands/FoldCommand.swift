import ArgumentParser
import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules

/// `caffold fold`: the main job.
struct FoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fold",
    abstract: "Rewrite a net by rules and write the result.",
    discussion: """
      Without options it writes MODEL_inference.prototxt and WEIGHTS_inference.caffemodel beside the input.

        caffold fold deploy.prototxt weights.caffemodel -o out/
        caffold fold deploy.prototxt weights.caffemodel --dry-run --format json
        caffold fold deploy.prototxt --definition-only --output-model folded.prototxt
        caffold fold deploy.prototxt weights.caffemodel --plan plan.json

        caffold fold --batch models/ -o out/ -j 4

      Before anything is written, the layers of every rewrite are run as they were and as they will be, on random \
      values with the real weights.

      Exit status: 0 done, 1 a rewrite changes what is computed or a model of the batch failed, 2 bad input, file or \
      rule, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The net definition (.prototxt).", valueName: "model"))
  var model: String = ""

  @Argument(help: ArgumentHelp("The trained weights (.caffemodel).", valueName: "weights"))
  var weights: String?

  @OptionGroup(title: "Output")
  var output: OutputOptions

  @OptionGroup(title: "Batch")
  var batch: BatchOptions

  @OptionGroup(title: "Rules")
  var rules: RuleOptions

  @OptionGroup(title: "Project")
  var project: ProjectOptions

  @OptionGroup(title: "Layers")
  var layers: LayerOptions

  @OptionGroup(title: "Net")
  var net: NetOptions

  @OptionGroup(title: "Forks")
  var fork: ForkOptions

  @OptionGroup(title: "Check")
  var check: CheckOptions

  @OptionGroup(title: "Report")
  var report: ReportOptions

  func validate() throws {
    if batch.models != nil { return try validateBatch() }
    if model.isEmpty { throw ValidationError("Missing expected argument '<model>'") }
    if batch.jobs != nil { throw ValidationError("-j is for --batch") }
    if weights == nil, !net.definitionOnly {
      throw ValidationError("give the weights file, or --definition-only to rewrite the structure alone")
    }
    if weights != nil, net.definitionOnly {
      throw ValidationError("--definition-only takes no weights file")
    }
    try output.check(hasWeights: weights != nil)
    try check.check(hasWeights: weights != nil)
  }

  private func validateBatch() throws {
    if !model.isEmpty {
      throw ValidationError("--batch takes its models from the folder or list that it names")
    }
    if output.directory == nil { throw ValidationError("--batch needs -o, the folder for all outputs") }
    if output.model != nil || output.weights != nil || output.plan != nil {
      throw ValidationError("--batch writes to the folder of -o, under the names of the inputs")
    }
    if output.dryRun { throw ValidationError("--batch has no dry run; --batch … --definition-only is quick") }
    try check.validate()
    if let jobs = batch.jobs, jobs < 1 { throw ValidationError("-j needs at least 1") }
  }

  func run() throws {
    try Self.reporting {
      let (command, project) = try completed()
      if let models = batch.models, let folder = output.directory {
        var run = try BatchRun(command, project, batch: models, output: folder)
        if try !run.run() { throw ExitCode(1) }
        return
      }
      try FoldRun(command, project).run()
    }
  }

  /// Runs `body`; an error becomes its message and the exit status.
  static func reporting(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let failure as RewriteCheckFailure {
      Console.error(failure.diagnostic)
      throw ExitCode(1)
    } catch let failure as VerificationFailure {
      Console.log(failure.report.text)
      Console.error(failure.diagnostic)
      throw ExitCode(1)
    } catch let error as any DiagnosticError {
      Console.error(error.diagnostic)
      throw ExitCode(2)
    }
  }
}

/// Where the result goes.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Folder for both outputs, under the names of the inputs.", valueName: "folder"))
  var directory: String?

  @Option(
    name: .customLong("output-model"), help: ArgumentHelp("The rewritten net definition.", valueName: "file"))
  var model: String?

  @Option(
    name: .customLong("output-weights"), help: ArgumentHelp("The rewritten weights.", valueName: "file"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "Write the plan, to be reviewed and replayed by 'caffold apply'; the nets only where -o or --output-model asks for them.",
      valueName: "file"))
  var plan: String?

  @Flag(help: "Allow an output to replace an input.")
  var force = false

  @Flag(name: .customLong("dry-run"), help: "Report what would be done, and write nothing.")
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

  /// Whether the rewritten nets are written.
  var writesNets: Bool {
    !dryRun && (plan == nil || directory != nil || model != nil || weights != nil)
  }

  /// Refuses options that contradict each other.
  func check(hasWeights: Bool) throws {
    if directory != nil, model != nil || weights != nil {
      throw ValidationError(
        "-o names a folder for both outputs; give it, or --output-model and --output-weights")
    }
    if dryRun, plan != nil {
      throw ValidationError("--dry-run writes nothing; --plan alone writes the plan and no nets")
    }
    if !verify, !inputShape.isEmpty {
      throw ValidationError("--input-shape is for --verify, which runs the nets")
    }
    if verify, !hasWeights || !writesNets {
      throw ValidationError("--verify needs a weights file, and is about what is written")
    }
    if !hasWeights, weights != nil { throw ValidationError("--output-weights needs a weights file") }
  }
}

/// How rewrites are checked.
struct CheckOptions: ParsableArguments {
  @Flag(name: .customLong("no-check"), help: "Write without checking what the rewrites compute.")
  var isOff = false

  @Option(
    help: ArgumentHelp(
      "The largest difference a rewrite may make, relative to the largest number of a channel; 1e-6 by default, and for weights in half precision that much before they are rounded.",
      valueName: "number"))
  var tolerance: Double?

  /// Refuses options that nothing would come of.
  func check(hasWeights: Bool) throws {
    if !hasWeights, tolerance != nil {
      throw ValidationError("--tolerance needs a weights file: without one nothing is checked")
    }
  }

  func validate() throws {
    guard let tolerance else { return }
    guard tolerance >= 0 else { throw ValidationError("--tolerance must not be negative") }
    if isOff { throw ValidationError("--tolerance is for the check that --no-check leaves out") }
  }
}

/// Many models in one run.
struct BatchOptions: ParsableArguments {
  @Option(
    name: .customLong("batch"),
    help: ArgumentHelp(
      "Fold all models of a folder and those in it, or of a list: a line per model, the definition and, behind a tab, the weights. A bad model does not stop the rest; what is up to date is not done again.",
      valueName: "folder|list"))
  var models: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "How many models at a time; by default as many as there are cores.", valueName: "number"))
  var jobs: Int?
}

/// Which rules are applied.
struct RuleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A rule file, or a folder of them; may be repeated.", valueName: "path"))
  var rules: [String] = []

  @Flag(help: "Leave the built-in rules out.")
  var isolated = false

  @Option(
    help: ArgumentHelp(
      "Only these rules: ids, globs, tags or ALL, separated by commas. By default the tag 'inference' and all rules of --rules but the conversions.",
      valueName: "rules"))
  var select: [String] = []

  @Option(name: .customLong("extend-select"), help: ArgumentHelp("These rules too.", valueName: "rules"))
  var extendSelect: [String] = []

  @Option(help: ArgumentHelp("Not these rules.", valueName: "rules"))
  var ignore: [String] = []

  @Flag(help: "Allow rules that are not exact.")
  var unsafe = false

  @OptionGroup
  var parameters: ParameterOptions

  /// As if no option were given.
  static var none: RuleOptions {
    // Without arguments there is nothing to refuse.
    get throws { try RuleOptions.parse([]) }
  }
}

/// Values of rules' parameters.
struct ParameterOptions: ParsableArguments {
  @Option(
    name: .customLong("param"),
    help: ArgumentHelp(
      "A value for a parameter of the selected rules, or with 'rule-id.name=value' of one of them; may be repeated.",
      valueName: "name=value"))
  var values: [String] = []

  /// The values.
  ///
  /// - Throws: `RuleError` for a text without '='.
  var arguments: [ParameterArgument] {
    get throws { try values.map { try ParameterArgument(parsing: $0) } }
  }
}

/// Where rules are applied.
struct LayerOptions: ParsableArguments {
  @Option(
    name: .customLong("only-layer"),
    help: ArgumentHelp(
      "Rewrite only matches whose layers all fit this glob; may be repeated.", valueName: "glob"))
  var only: [String] = []

  @Option(
    name: .customLong("skip-layer"),
    help: ArgumentHelp("Leave layers that fit this glob alone; may be repeated.", valueName: "glob"))
  var skip: [String] = []
}

/// How the net is read.
struct NetOptions: ParsableArguments {
  @Flag(
    name: .customLong("definition-only"),
    help: "Rewrite the net definition without weights; blobs are assumed to be there and to fit.")
  var definitionOnly = false

  @Option(
    help: ArgumentHelp("The phase whose layers are taken: TEST, the default, or TRAIN.", valueName: "phase"))
  var phase: PhaseArgument?

  @Option(
    help: ArgumentHelp(
      "A stage that is on, for include and exclude rules; may be repeated.", valueName: "name"))
  var stage: [String] = []

  @Option(help: ArgumentHelp("The level, for include and exclude rules.", valueName: "number"))
  var level: Int?

  @Flag(
    name: .customLong("assume-stored-statistics"),
    help: "Fold stored statistics even where 'use_global_stats: false' asks for those of the batch.")
  var assumeStoredStatistics = false

  /// The state that layers are filtered by.
  var state: NetState {
    NetState(phase: phase == .train ? .train : .test, level: level ?? 0, stages: stage.map { Name($0) })
  }
}

/// What is printed.
struct ReportOptions: ParsableArguments {
  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  @Flag(name: [.short, .long], help: "Name every layer that was folded, and every rule's reason.")
  var verbose = false

  @Flag(name: [.short, .long], help: "Print errors only.")
  var quiet = false
}

/// The forms of the report.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// `TEST` or `TRAIN`, in any case.
enum PhaseArgument: String, ExpressibleByArgument, CaseIterable {
  case test = "TEST"
  case train = "TRAIN"

  init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}
