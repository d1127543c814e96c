import CaffeIO
import Diagnostics
import RuleModel
import Rules

/// What a run is asked to do, whoever asks: flags, a project file, a plan file, a batch, a program.
///
/// ```swift
/// var options = RunOptions()
/// options.rules.files = ["my-rules.yaml"]
/// options.layers.skip = ["conv1*"]
/// let result = try Caffold.fold(ModelFiles(model: "deploy.prototxt", weights: "net.caffemodel"), options)
/// ```
///
/// An option that is nil or empty is open: `complete(with:)` takes it from a project file, and a run takes its default.
public struct RunOptions: Sendable, Equatable {
  /// Which rules are tried.
  public var rules = RuleOptions()
  /// Which layers are rewritten.
  public var layers = LayerOptions()
  /// How the net is read.
  public var net = NetOptions()
  /// How rewrites are checked.
  public var check = CheckOptions()
  /// Schemas of Caffe forks (`.proto` files), or the parts that the forks add.
  public var protos: [String] = []
  /// The program that takes the result over: the name of a built-in target, or a file. Its rules are selected too, and what it
  /// still refuses of the result is told.
  public var target: String?
  /// Whether the result tells where two rules matched the same layers.
  public var recordsOverlaps = false
  /// The project file that completed these options.
  public internal(set) var projectFile: String?

  /// The defaults.
  public init() {}
}

/// Which rules are tried.
public struct RuleOptions: Sendable, Equatable {
  /// Rule files, and folders of them, that come after the built-in rules.
  public var files: [String] = []
  /// Whether the built-in rules are left out.
  public var isIsolated = false
  /// Only these rules: ids, globs, tags or `ALL`. Empty stands for the tag `inference` and all rules of `files` but the
  /// conversions.
  public var select: [String] = []
  /// Rules that are tried too.
  public var extendSelect: [String] = []
  /// Rules that are not tried.
  public var ignore: [String] = []
  /// Whether rules may run that are not exact.
  public var allowsApproximate = false
  /// Values of rules' parameters, as `name=value` or `rule-id.name=value`.
  public var parameters: [String] = []
  /// Whether a rule file may extend files outside its own folder.
  public var extendsAnywhere = false
  /// Where a word stands that a file gave, for messages.
  var places: [String: SourcePlace] = [:]

  /// The defaults.
  public init() {}

  /// The parameters with the places of those that a file gave.
  ///
  /// - Throws: `RuleError` for a text without '='.
  var arguments: [ParameterArgument] {
    get throws {
      try parameters.map { text in
        var argument = try ParameterArgument(parsing: text)
        argument.place = places[text]
        return argument
      }
    }
  }

  /// The selection for a rule set.
  ///
  /// - Throws: `RuleError` for a parameter without '='.
  package var selection: RuleSet.Selection {
    get throws {
      var selection = RuleSet.Selection()
      selection.select = select
      selection.extendSelect = extendSelect
      selection.ignore = ignore
      selection.allowsApproximate = allowsApproximate
      selection.arguments = try arguments
      selection.places = places
      return selection
    }
  }
}

/// Which layers are rewritten. Globs: `conv1*`.
public struct LayerOptions: Sendable, Equatable {
  /// Only matches whose layers all fit one of these are rewritten.
  public var only: [String] = []
  /// Layers that fit one of these stay as they are.
  public var skip: [String] = []
  /// Names without a wildcard that the net need not have: those of a project file, which is for many nets.
  var optional: Set<String> = []

  /// The defaults.
  public init() {}
}

/// How the net is read.
public struct NetOptions: Sendable, Equatable {
  /// The phase whose layers are taken; nil stands for TEST.
  public var phase: Phase?
  /// The level, for `include` and `exclude`; nil stands for 0.
  public var level: Int?
  /// The stages that are on, for `include` and `exclude`.
  public var stages: [String] = []
  /// Whether stored statistics are used even where `use_global_stats: false` asks for those of the batch.
  public var assumesStoredStatistics = false

  /// The defaults.
  public init() {}

  /// The state that layers are filtered by.
  package var state: NetState {
    NetState(phase: phase ?? .test, level: level ?? 0, stages: stages.map { Name($0) })
  }
}

/// How rewrites are checked before anything is written.
public struct CheckOptions: Sendable, Equatable {
  /// Whether the layers of every rewrite are run before and after.
  public var isOn = true
  /// The largest difference a rewrite may make, relative to the largest number of a channel; nil stands for 1e-6.
  public var tolerance: Double?

  /// The defaults.
  public init() {}
}
