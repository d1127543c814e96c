import CaffeIO
import Diagnostics
import RuleModel

// What a rule, or the command line, asks of the layers that match.

/// A rule that comes first rewrote some of the layers.
struct Overlapped: RefusalReason {
  static let code = RefusalCode(
    "overlap", "a rule that [comes first](#order-and-end) rewrote some of the layers")
  var rule: String
  var layers: [Name]

  var variant: String { rule }

  func sentence(about layer: NamedLayer?) -> String {
    let names = Wording.list(layers.map { "'\($0)'" }, "and")
    return "rule '\(rule)' comes first and rewrote \(names), which this rule also matched"
  }
}

/// A condition does not hold.
struct UnmetCondition: RefusalReason {
  static let code = RefusalCode("condition", "a condition of the rule does not hold")
  /// The expression as written, and where.
  var text: String
  var place: SourcePlace
  /// The sentence that the rule gives for it; nil where it gives none.
  var explanation: String?
  /// Whether it explains nothing to whoever folds a net.
  var isQuiet = false
  /// The layer whose own condition it is; nil for one on several.
  var layer: NamedLayer?
  /// By which parts it fails; empty unless somebody asked.
  var findings: [ConditionFinding] = []

  var variant: String { explanation ?? text }

  func sentence(about layer: NamedLayer?) -> String {
    explanation ?? "the rule's condition '\(text)' does not hold (\(place.description))"
  }
}

/// The rule is for the other phase.
struct OtherPhase: RefusalReason {
  static let code = RefusalCode("phase", "the rule is for the other phase")
  var expected: String
  var found: String

  func sentence(about layer: NamedLayer?) -> String {
    "the rule is for phase \(expected), and the net is taken in phase \(found)"
  }
}

/// `--only-layer` or `--skip-layer` protects a layer.
struct LayerProtected: RefusalReason {
  static let code = RefusalCode("layer-skipped", "`--skip-layer` or `--only-layer` protects a layer")
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "--only-layer or --skip-layer protects \(self.layer.mention(about: layer))"
  }
}

/// An expression has no value.
struct EvaluationFailed: RefusalReason {
  static let code = RefusalCode("evaluation", "an expression has no value, or not one that can be used")
  var error: any Error

  func sentence(about layer: NamedLayer?) -> String {
    (error as? any DiagnosticError)?.diagnostic.headline ?? "\(error)"
  }
}

/// A rule has rewritten its own results as often as its 'passes' allow.
struct PassesDone: RefusalReason {
  static let code = RefusalCode(
    "passes",
    "the rule has rewritten its own results as often as 'passes' allows, or its 'measure' did not decrease")
  var limit: Int

  func sentence(about layer: NamedLayer?) -> String {
    "the rule has rewritten its own result \(limit == 1 ? "once" : "\(limit) times"), the most that 'passes' allows"
  }
}

/// The measure of a rule does not decrease with a rewrite of the rule's own results.
struct NotShrinking: RefusalReason {
  static let code = PassesDone.code
  var measure: Double
  var before: Double

  func sentence(about layer: NamedLayer?) -> String {
    "the rule's 'measure' must decrease with each rewrite: it was \(before.shownNumber) and is now \(measure.shownNumber)"
  }
}

/// An expression that has to be a number is none.
struct NotANumber: RefusalReason {
  static let code = EvaluationFailed.code
  var text: String
  var place: SourcePlace

  func sentence(about layer: NamedLayer?) -> String { "'\(text)' is not a number (\(place.description))" }
}

/// A field cannot hold the value that a rule gives it.
struct WrongFieldValue: RefusalReason {
  static let code = EvaluationFailed.code
  /// What the field can hold.
  enum Expected {
    /// Any value of a definition.
    case simple
    /// A finite number.
    case finite
    /// Values of a type.
    case type(SchemaField.FieldType)
    /// One value, and not so many.
    case single(found: Int)
    /// A number or a word, beside text.
    case text
  }
  var path: [String]
  var expected: Expected

  func sentence(about layer: NamedLayer?) -> String {
    let field = "'\(path.joined(separator: "."))'"
    switch expected {
    case .simple: return "\(field) must be a number, a word, a boolean or a list of them"
    case .finite: return "\(field) must be a finite number"
    case .text: return "\(field) must be a number or a word"
    case .single(let found): return "\(field) takes one value, and the expression gives \(found)"
    case .type(.enum(let name)): return "\(field) must be one of the words of \(name)"
    case .type(let type): return "\(field) must be \(type.phrase)"
    }
  }
}

extension SchemaField.FieldType {
  /// Its values in words.
  fileprivate var phrase: String {
    switch self {
    case .double, .float: "a number"
    case .int32, .sint32, .sfixed32, .int64, .sint64, .sfixed64: "a whole number"
    case .uint32, .fixed32, .uint64, .fixed64: "a whole number from 0 on"
    case .bool: "true or false"
    case .string, .bytes: "a text"
    case .enum: "a word"
    case .message: "a mapping"
    }
  }
}

/// What a rule writes about a layer depends on blobs, and this run has none.
struct UnknownWithoutWeights: RefusalReason {
  static let code = NoWeights.code
  /// What is unknown: the path of a field, or the key of the rule that decides.
  var what: String
  /// The layer that it belongs to; nil for a new one.
  var layer: NamedLayer?
  /// The parameters of the rule.
  var parameters: [String]

  init(_ what: String, of layer: NamedLayer? = nil, _ environment: MatchEnvironment) {
    self.what = what
    self.layer = layer
    parameters = environment.parameterNames
  }

  func sentence(about layer: NamedLayer?) -> String {
    let remedy = Wording.list(["the weights"] + parameters.map { "--param \($0)=…" }, "or")
    let subject = self.layer.map { $0.mention(about: layer) } ?? "the new layer"
    return "without weights '\(what)' of \(subject) is unknown; give \(remedy)"
  }
}

/// A shape or number of channels that a rule uses is not known.
struct UnknownBlobShape: RefusalReason {
  static let code = RefusalCode("unknown-shape", "the rule uses a shape that cannot be computed")
  var layer: NamedLayer
  var blob: Name
  /// Why, where that can be told.
  var cause: UnknownShape

  func sentence(about layer: NamedLayer?) -> String {
    "the shape of blob '\(blob)' at \(self.layer.mention(about: layer)) is unknown: \(cause.sentence)"
  }
}

/// A layer moves no window over its input.
struct NoWindow: RefusalReason {
  static let code = EvaluationFailed.code
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) has no window: only convolutions, deconvolutions and poolings have one"
  }
}
