import ArgumentParser
import CaffeIO
import CaffoldKit

/// Which rules are applied.
struct RuleFlags: ParsableArguments {
  @Option(help: ArgumentHelp("A rule file, or a folder of them; may be repeated.", valueName: "path"))
  var rules: [String] = []

  @Flag(help: "Leave the built-in rules out.")
  var isolated = false

  @Option(
    help: ArgumentHelp(
      "Only these rules: ids, globs, tags or ALL, separated by commas. By default the tag 'inference' and all rules of --rules except conversions.",
      valueName: "rules"))
  var select: [String] = []

  @Option(
    name: .customLong("extend-select"),
    help: ArgumentHelp(
      "These rules too: ids, globs, or sets such as deploy, upgrade, portable, preprocess and fuse-linear.",
      valueName: "rules"))
  var extendSelect: [String] = []

  @Option(help: ArgumentHelp("Not these rules.", valueName: "rules"))
  var ignore: [String] = []

  @Flag(help: "Allow rules that are not exact.")
  var unsafe = false

  @OptionGroup
  var parameters: ParameterFlags

  @OptionGroup
  var extending: ExtendFlags

  func fill(_ options: inout RunOptions) {
    options.rules.files = rules
    options.rules.isIsolated = isolated
    options.rules.select = Self.words(select)
    options.rules.extendSelect = Self.words(extendSelect)
    options.rules.ignore = Self.words(ignore)
    options.rules.allowsApproximate = unsafe
    parameters.fill(&options)
    extending.fill(&options)
  }

  /// `a, b` as two words.
  static func words(_ values: [String]) -> [String] {
    values.flatMap { value in
      value.split(separator: ",").map { word in
        String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
    }.filter { !$0.isEmpty }
  }
}

/// Values of rules' parameters.
struct ParameterFlags: ParsableArguments {
  @Option(
    name: .customLong("param"),
    help: ArgumentHelp(
      "A value for a parameter of the selected rules; 'rule-id.name=value' for one rule alone; may be repeated.",
      valueName: "name=value"))
  var values: [String] = []

  func fill(_ options: inout RunOptions) { options.rules.parameters = values }
}

/// Where `extends` of rule files may lead.
struct ExtendFlags: ParsableArguments {
  @Flag(
    name: .customLong("extend-anywhere"),
    help: "Let rule files extend files outside their own folder.")
  var isAllowed = false

  func fill(_ options: inout RunOptions) { options.rules.extendsAnywhere = isAllowed }
}

/// Where rules are applied.
struct LayerFlags: ParsableArguments {
  @Option(
    name: .customLong("only-layer"),
    help: ArgumentHelp(
      "Rewrite only matches whose layers all fit this glob; may be repeated.", valueName: "glob"))
  var only: [String] = []

  @Option(
    name: .customLong("skip-layer"),
    help: ArgumentHelp("Leave layers that fit this glob alone; may be repeated.", valueName: "glob"))
  var skip: [String] = []

  func fill(_ options: inout RunOptions) {
    options.layers.only = only
    options.layers.skip = skip
  }
}

/// Which layers a net has.
struct StateFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp("The phase whose layers are taken: TEST, the default, or TRAIN.", valueName: "phase"))
  var phase: Phase?

  @Option(
    help: ArgumentHelp(
      "A stage that is on, for include and exclude rules; may be repeated.", valueName: "name"))
  var stage: [String] = []

  @Option(help: ArgumentHelp("The level, for include and exclude rules.", valueName: "number"))
  var level: Int?

  func fill(_ options: inout RunOptions) {
    options.net.phase = phase
    options.net.stages = stage
    options.net.level = level
  }
}

/// How nets are read.
struct NetFlags: ParsableArguments {
  @OptionGroup
  var state: StateFlags

  @Flag(
    name: .customLong("assume-stored-statistics"),
    help: "Use stored statistics even where 'use_global_stats: false' asks for those of the batch.")
  var assumeStoredStatistics = false

  func fill(_ options: inout RunOptions) {
    state.fill(&options)
    options.net.assumesStoredStatistics = assumeStoredStatistics
  }
}

/// How rewrites are checked.
struct CheckFlags: ParsableArguments {
  @Flag(name: .customLong("no-check"), help: "Write without checking what the rewrites compute.")
  var isOff = false

  @Option(
    help: ArgumentHelp(
      "The largest difference a rewrite may make, relative to the largest number of a channel; 1e-6 by default. For weights in half precision it holds before they are rounded.",
      valueName: "number"))
  var tolerance: Double?

  func validate() throws {
    guard let tolerance else { return }
    try ToleranceFlag.validate(tolerance)
    if isOff { throw ValidationError("--tolerance is for the check, and --no-check leaves the check out") }
  }

  /// Refuses options that have no effect.
  func check(hasWeights: Bool) throws {
    if !hasWeights, tolerance != nil {
      throw ValidationError("--tolerance needs a weights file: without one nothing is checked")
    }
  }

  var options: CheckOptions {
    var options = CheckOptions()
    options.isOn = !isOff
    options.tolerance = tolerance
    return options
  }
}

/// What a fork's layers have that Caffe's have not.
struct ForkFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A fork's own caffe.proto, or the part of it that the fork adds: caffold then knows the fields' names, types and defaults; may be repeated.",
      valueName: "file"))
  var proto: [String] = []

  func fill(_ options: inout RunOptions) { options.protos = proto }
}

extension Phase: ExpressibleByArgument {
  /// `TEST` or `TRAIN`, in any case.
  public init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}
