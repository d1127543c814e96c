import RuleModel

/// Finds a rule's pattern in a graph. Pure: it reads the graph and changes nothing.
///
/// The search begins at the pattern's anchor and walks from layers to the producers of their bottoms, which
/// is hardly ever a choice: a value has one producer. Only captures that cannot be reached this way are looked
/// for among the consumers of a value already bound.
///
/// What is a choice is bounded. Each bottom under `every` is matched on its own, with its first fit; a chain is
/// as long as it can be and gives up repetitions from its end; an optional layer is there where it fits, and is
/// tried as absent after that. Every step counts, and `Matcher.stepLimit` ends the search.
final class Matcher {
  /// How many steps one search takes at most.
  static let stepLimit = 1 << 14
  /// How many bottoms a layer has at most for `every`.
  static let everyLimit = 1 << 10

  let net: WorkingNet
  /// What `--skip-layer` and `--only-layer` protect.
  let protected: ProtectedLayers
  /// The only layers that a match may be of; nil for any.
  let wanted: Set<LayerID>?
  /// Whether a match may have layers that share parameters with others, which are looked after elsewhere.
  let allowsSharing: Bool

  init(
    net: WorkingNet, protected: ProtectedLayers, wanted: Set<LayerID>? = nil, allowsSharing: Bool = false
  ) {
    self.allowsSharing = allowsSharing
    self.net = net
    self.protected = protected
    self.wanted = wanted
  }

  /// What came of a search at one layer.
  enum Outcome {
    /// All layers of the pattern are there and connected as it says.
    case match(Binding)
    /// Some are.
    case nearMiss(Miss)
  }

  /// The first way in which the pattern of `rule` matches with its anchor at `anchor` and nothing speaks against.
  func match(_ rule: PlannedRule, at anchor: LayerID) -> Outcome {
    let graph = net.graph
    if let miss = missAtFirstStep(rule, anchor, in: graph) { return .nearMiss(miss) }
    var search = PatternSearch(graph: graph, rule: rule, matcher: self)
    if let found = search.begin(at: anchor) { return .match(found) }
    if search.isExhausted {
      return .nearMiss(
        Miss(Refusal.Reason(SearchLimit(limit: Self.stepLimit)), search.nearest?.binding ?? rule.unbound))
    }
    if let nearest = search.nearest { return .nearMiss(.search(nearest)) }
    var binding = rule.unbound
    binding.singles.layers[rule.pattern.anchor] = anchor
    return .nearMiss(Miss(Refusal.Reason(OtherConnection(layer: graph.named(anchor))), binding))
  }

  /// Why no search is needed, which most come to at once: what the anchor reads first is made by no layer that the pattern
  /// accepts. A search would end with the same miss.
  private func missAtFirstStep(_ rule: PlannedRule, _ anchor: LayerID, in graph: NetGraph) -> Miss? {
    guard let first = rule.firstStep, graph.layers[anchor.index].bottoms.count == first.bottomCount else {
      return nil
    }
    let bottom = graph.layers[anchor.index].bottoms[0]
    guard let producer = graph.values[bottom.index].producer else { return .firstStep(bottom) }
    return rule.captures[first.capture].accepts(producer, in: graph) ? nil : .firstStep(bottom)
  }

  /// What speaks against a complete match; nil accepts it, a reason makes the search go on.
  func refusal(
    of rule: PlannedRule, at anchor: LayerID, _ binding: Binding, in graph: NetGraph
  ) -> Refusal.Reason? {
    if let wanted, Set(binding.allLayers) != wanted {
      return Refusal.Reason(OtherConnection(layer: graph.named(anchor)))
    }
    if let reason = rule.unmetCondition(binding, in: net) { return reason }
    let safety = Safety(
      net: net, graph: graph, rule: rule, binding: binding, protected: protected,
      allowsSharing: allowsSharing)
    // Nothing is unsafe about saying something.
    return rule.rule.kind == .reporting ? safety.phaseRefusal() : safety.refusal()
  }
}
