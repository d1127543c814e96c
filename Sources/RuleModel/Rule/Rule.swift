import Diagnostics
import YAML

/// A checked rule: every name in it is known, every kernel call fits its signature, its pattern hangs together.
package struct Rule: Sendable {
  /// What a rewrite promises about what the net computes.
  package enum Safety: String, Sendable, CaseIterable {
    /// Equal up to rounding.
    case exact
    /// Close, and only done with `--unsafe`.
    case approximate
    /// On purpose another net: what it takes or gives changes. Only done when somebody selects it, and nothing that
    /// compares the nets before and after can hold.
    case conversion
  }

  /// The phase of the nets that a rule may rewrite.
  package enum PhaseCondition: String, Sendable, CaseIterable {
    /// The default: what rules assume of BatchNorm and Dropout holds at TEST only.
    case test = "TEST"
    /// TRAIN only.
    case train = "TRAIN"
    /// Any.
    case any
  }

  /// The syntax of the nets that a rule is for.
  package enum Syntax: String, Sendable, CaseIterable {
    /// The default: a net of any of Caffe's three syntaxes, which keeps its own.
    case any
    /// The current one. Nets of older syntaxes are upgraded, definition and weights, before the first rule is tried.
    case current
  }

  /// A safety check of the engine that a rule can opt out of, by name.
  package enum Allowance: String, Sendable, CaseIterable {
    /// A value inside the match may be read by layers outside it.
    case otherConsumer = "other-consumer"
    /// Parameters may be shared with layers outside the match.
    case sharedParameter = "shared-parameter"
    /// The net may give other values afterwards: outputs may go, and values that nobody reads any more be new ones.
    case netOutput = "net-output"
    /// Layers without bottoms that the phase leaves out may be matched, where the net reads a blob that only they make.
    case otherPhase = "other-phase"
  }

  /// What a rule does with a match.
  package enum Kind: Sendable {
    /// It rewrites the layers.
    case rewriting
    /// It says something about them.
    case reporting
  }

  /// Unique; what selections, reports and messages use.
  package var id: String
  /// One sentence.
  package var summary: String
  /// The documentation, Markdown; empty when the author gave none.
  package var documentation: String
  /// What selections can name besides the id.
  package var tags: [String]
  /// What the rewrite promises.
  package var safety: Safety
  /// The largest relative difference that its rewrites may make, where it is not that of the run; nil where it says none.
  package var tolerance: Double?
  /// Whether it runs only when somebody selects it.
  package var isOptIn = false
  /// How often it may rewrite layers again that it has rewritten or made; 0 unless it says so.
  package var passes = 0
  /// What must be less each time it does; nil where only `passes` bounds it.
  package var measure: CheckedExpression?
  /// Higher goes first; 0 when not given.
  package var priority: Int
  /// The phase it applies to.
  package var phase: PhaseCondition
  /// The syntax that it wants nets in.
  package var syntax = Syntax.any
  /// Whether it rewrites a net once at most: what it does cannot be told from the net afterwards.
  package var isOnce: Bool
  /// Whether its misses explain nothing: most layers of the types it looks at are meant to stay.
  package var isQuiet: Bool
  /// Checks it opts out of.
  package var allowances: Set<Allowance>
  /// What it takes from whoever runs it.
  package var parameters: [RuleParameter]
  /// The values that were given for parameters; the others have their defaults.
  package var arguments: [String: ExpressionValue] = [:]
  /// What it looks for.
  package var pattern: Pattern
  /// The lists of types that its file has, and those of files that add to them.
  package var typeLists: [TypeList] = []
  /// Names for intermediate results, in order; each may use those before it.
  package var lets: [Let]
  /// What happens to the parameters, in order.
  package var transforms: [Transform]
  /// What happens to the layers; nothing for a rule that reports.
  package var rewrite: Rewrite
  /// What it says about its matches instead of rewriting them; nil for a rule that rewrites.
  package var report: RuleReport?
  /// Accepting and refusing examples.
  package var tests: [RuleTest]
  /// The file it stands in.
  package var source: SourceText
  /// The mapping it was read from.
  package var node: YAMLNode
  /// Whether it comes with the program.
  package var isBuiltin: Bool

  /// The files whose rules it may override, its own included.
  package var extendedPaths: Set<String> = []
  /// The rules of the same id whose place it takes, the last one first.
  package var overridden: [Overridden] = []

  /// Makes one of all its parts.
  package init(
    id: String, summary: String, documentation: String, tags: [String], safety: Safety, priority: Int,
    phase: PhaseCondition, isOnce: Bool, isQuiet: Bool, allowances: Set<Allowance>,
    parameters: [RuleParameter], arguments: [String: ExpressionValue] = [:], pattern: Pattern, lets: [Let],
    transforms: [Transform], rewrite: Rewrite, tests: [RuleTest], source: SourceText, node: YAMLNode,
    isBuiltin: Bool, extendedPaths: Set<String> = [], overridden: [Overridden] = []
  ) {
    self.id = id
    self.summary = summary
    self.documentation = documentation
    self.tags = tags
    self.safety = safety
    self.priority = priority
    self.phase = phase
    self.isOnce = isOnce
    self.isQuiet = isQuiet
    self.allowances = allowances
    self.parameters = parameters
    self.arguments = arguments
    self.pattern = pattern
    self.lets = lets
    self.transforms = transforms
    self.rewrite = rewrite
    self.tests = tests
    self.source = source
    self.node = node
    self.isBuiltin = isBuiltin
    self.extendedPaths = extendedPaths
    self.overridden = overridden
  }

  /// A rule that another one overrides.
  package struct Overridden: Sendable, Equatable {
    /// Where it stands.
    package var place: SourcePlace
    /// Whether it comes with the program.
    package var isBuiltin: Bool

    /// Makes one of all its parts.
    package init(place: SourcePlace, isBuiltin: Bool) {
      self.place = place
      self.isBuiltin = isBuiltin
    }
  }

  /// What it does with a match.
  package var kind: Kind { report == nil ? .rewriting : .reporting }

  /// Where in the file.
  package var place: SourcePlace { node.place }

  /// The captures whose layers are gone afterwards, or are layers of another type: those whose staying must be explained.
  package var removedCaptures: [Int] {
    rewrite.removed + rewrite.dropped + rewrite.replaced + rewrite.expanded
  }

  /// Whether every rewrite makes the net smaller, which alone ends the fixpoint.
  package var lowersLayerCount: Bool {
    // How many layers such a template makes is known with the match.
    guard !rewrite.layers.contains(where: { $0.repetition != nil }) else { return false }
    // How many layers a definition makes is not known before it meets a layer.
    guard rewrite.expanded.isEmpty else { return false }
    let gone = Set(removedCaptures)
    let certain = pattern.captures.indices.filter { pattern.isCertain($0) && pattern.isCovered($0, by: gone) }
    return certain.count > rewrite.layers.count + rewrite.insertions.count
  }
}

/// An expression that has been checked, with its node in the rule file for messages at plan time.
///
/// Behind one reference: rules hand their expressions around with every match.
package final class CheckedExpression: Sendable {
  /// The tree.
  package let expression: Expression
  /// What it evaluates to, as far as that is known.
  package let type: ExpressionType
  /// The text as written.
  package let text: String
  /// Where it stands.
  package let node: YAMLNode

  package init(_ expression: Expression, type: ExpressionType, text: String, node: YAMLNode) {
    self.expression = expression
    self.type = type
    self.text = text
    self.node = node
  }
}

/// A named intermediate result.
package struct Let: Sendable {
  /// The name.
  package var name: String
  /// What it stands for.
  package var expression: CheckedExpression

  /// Makes one of all its parts.
  package init(name: String, expression: CheckedExpression) {
    self.name = name
    self.expression = expression
  }
}

/// One step of what happens to the parameters. It is left out where a layer that it works on is absent.
package enum Transform: Sendable {
  /// A built-in kernel, with its arguments by name.
  case kernel(KernelCall)
  /// A parameter or blob that gets a new value.
  case set(Assignment)

  /// The captures whose layers it works on.
  package var captures: [Int] {
    switch self {
    case .kernel(let call):
      call.arguments.values.compactMap { if case .capture(let index) = $0 { index } else { nil } }
    case .set(let assignment): [assignment.target.capture]
    }
  }

  /// Whether it is done at all; nil for always.
  package var condition: CheckedExpression? {
    switch self {
    case .kernel(let call): call.condition
    case .set(let assignment): assignment.condition
    }
  }

  /// The group for each element of which it is done; nil for once.
  package var group: Int? {
    switch self {
    case .kernel(let call): call.group
    case .set(let assignment): assignment.group
    }
  }
}

/// A call of a kernel; the arguments fit its signature.
package struct KernelCall: Sendable {
  /// What an argument is.
  package enum Argument: Sendable {
    /// The layer of a capture.
    case capture(Int)
    /// A value per channel.
    case vector(CheckedExpression)
  }

  /// The kernel.
  package var kernel: String
  /// The arguments that were given.
  package var arguments: [String: Argument]
  /// Whether it is done at all; nil for always.
  package var condition: CheckedExpression?
  /// The group for each element of which it is done; nil for once.
  package var group: Int?
  /// Where it stands.
  package var place: SourcePlace

  /// Makes one of all its parts.
  package init(
    kernel: String, arguments: [String: Argument], condition: CheckedExpression? = nil, group: Int? = nil,
    place: SourcePlace
  ) {
    self.kernel = kernel
    self.arguments = arguments
    self.condition = condition
    self.group = group
    self.place = place
  }
}

/// `set: conv.blobs[1]` or `set: conv.convolution_param.bias_term`, with the new value.
package struct Assignment: Sendable {
  /// What is set.
  package enum Target: Sendable {
    /// A blob of the layer, by position.
    case blob(capture: Int, index: Int)
    /// A parameter, by path.
    case attribute(capture: Int, path: [String])

    /// The capture of the layer it belongs to.
    package var capture: Int {
      switch self {
      case .blob(let capture, _), .attribute(let capture, _): capture
      }
    }
  }

  /// The new value.
  package enum Value: Sendable {
    /// What an expression evaluates to.
    case expression(CheckedExpression)
    /// A list or message as a new layer has it.
    case written(TemplateField.Value)
  }

  /// What is set.
  package var target: Target
  /// The value.
  package var value: Value
  /// What a blob counts as where the layer has none yet.
  package var fallback: CheckedExpression?
  /// Whether it is done at all; nil for always.
  package var condition: CheckedExpression?
  /// The group for each element of which it is done; nil for once.
  package var group: Int?
  /// Where it stands.
  package var place: SourcePlace

  /// Makes one of all its parts.
  package init(
    target: Target, value: Value, fallback: CheckedExpression? = nil, condition: CheckedExpression? = nil,
    group: Int? = nil, place: SourcePlace
  ) {
    self.target = target
    self.value = value
    self.fallback = fallback
    self.condition = condition
    self.group = group
    self.place = place
  }
}
