import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules

/// Makes nets that a rule's pattern could match, from the pattern alone.
///
/// Every capture becomes a layer of one of its types with drawn parameters; what a capture reads without saying what
/// it is becomes an input of the net or a layer behind one; what nobody in the pattern reads becomes an output, or
/// gets a reader. Now and then something reads what it should not, so that the engine's refusals are tried as well.
struct InstanceGenerator {
  let rule: Rule
  let layouts: [BlobLayout]
  let defined: DefinedTypes
  /// What the rule's own expressions say.
  let hints: RuleHints
  private let layoutHints: [(types: TypePattern, hints: RuleHints)]

  init(_ rule: Rule, layouts: [BlobLayout], defined: DefinedTypes) {
    self.rule = rule
    self.layouts = layouts
    self.defined = defined
    hints = RuleHints(rule.expressions)
    layoutHints = layouts.map { ($0.types, RuleHints($0.expressions)) }
  }

  /// The types with which a capture is tried: those that can be run by the executor, by a layout or by a definition.
  func types(of capture: Capture) -> [String] {
    let named = capture.types.names
    guard !named.isEmpty else { return Self.drawnTypes }
    var types: [String] = []
    for glob in capture.types.names.map(Glob.init) {
      let fitting =
        glob.literal.map { [$0] } ?? (Self.drawnTypes + layoutTypes + defined.ownTypes).filter(glob.matches)
      types += fitting.filter { !types.contains($0) && isExecutable($0) }
    }
    return types
  }

  /// The type of layers around the pattern: none of the pattern's, beside whose like a wrong rewrite might not show.
  var neighbour: String {
    let types = ["AbsVal", "TanH", "Sigmoid", "BNLL"]
    return types.first { type in !rule.pattern.captures.contains { $0.types.accepts(type) } } ?? types[0]
  }

  /// Whether a type can be run by the executor, by a layout or by a definition. Where the rule expands layers, definitions in Caffe
  /// layers do not count: the rule would be compared with itself.
  func isExecutable(_ type: String) -> Bool {
    LayerRegistry.knows(type)
      || layouts.contains { $0.meaning == nil && $0.types.accepts(type) }
      || defined.definition(ofType: type) != nil
      || rule.rewrite.expanded.isEmpty && defined.isInLayersAlone(type)
  }

  /// The types that are drawn where a capture names none, in alphabetical order.
  private static let drawnTypes = LayerRegistry.names.filter {
    LayerRegistry.facts(ofType: $0)?.sample != nil
  }

  private var layoutTypes: [String] {
    layouts.flatMap(\.types.names).filter { Glob($0).literal != nil && !Self.drawnTypes.contains($0) }
  }

  /// The net that `choices` stand for, and the choices that it took.
  func instance(_ choices: Choices) throws -> (instance: ProofInstance, choices: Choices) {
    var drawing = InstanceDrawing(self, choices)
    for (index, capture) in rule.pattern.captures.enumerated() where rule.pattern.isCertain(index) {
      // Lists and alternatives are made for those who read them.
      if capture.group == nil { try drawing.build(index) }
    }
    // A chain that nobody in the pattern reads ends the net.
    if case .chain(let times, let first, let last)? = rule.pattern.captures[rule.pattern.anchor].group
      .map({ rule.pattern.groups[$0].kind }), let group = rule.pattern.captures[rule.pattern.anchor].group
    {
      _ = try drawing.chain(group, times, first: first, last: last)
    }
    try drawing.addReaders()
    return (try drawing.builder.finish(), drawing.builder.choices)
  }

  /// The parameters worth trying for a layer of a capture.
  func hints(for capture: Capture, type: String) -> [RuleHints.Hint] {
    var result = hints.byName[capture.name] ?? []
    for layout in layoutHints where layout.types.accepts(type) {
      for hint in layout.hints.byName["layer"] ?? [] where !result.contains(where: { $0.path == hint.path }) {
        result.append(hint)
      }
    }
    for hint in defined.hints(ofType: type) where !result.contains(where: { $0.path == hint.path }) {
      result.append(hint)
    }
    return result
  }

  /// The name under which the value of a parameter that a rule mentions is drawn.
  static func decision(_ capture: String, _ path: [String]) -> String {
    "\(capture).\(path.joined(separator: "."))"
  }
}
