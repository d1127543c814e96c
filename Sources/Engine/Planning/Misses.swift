import RuleModel

/// The near misses of a plan, by rule and layer: what explains that a layer stays.
struct Misses: Sendable {
  private let rules: [PlannedRule]
  /// By rule.
  private var tables: [LayerTable<Miss>]
  /// The rules that have missed.
  private var missing: [Int] = []
  /// What the rules that speak of their misses remove, where they name types.
  private let removable: [PlannedCapture]

  init(_ rules: [PlannedRule], layerCount: Int) {
    self.rules = rules
    tables = rules.map { _ in LayerTable(layerCount: layerCount) }
    removable = rules.filter { !$0.rule.isQuiet }.flatMap { rule in
      rule.removedCaptures.map { rule.captures[$0] }
    }.filter { if case .any = $0.capture.types { false } else { true } }
  }

  /// Remembers why a rule did not rewrite something, in the place of what it missed there before.
  mutating func note(_ miss: Miss, _ rule: PlannedRule, at layer: LayerID) {
    if tables[rule.index].isEmpty { missing.append(rule.index) }
    tables[rule.index][layer] = miss
  }

  /// The rule has rewritten something there.
  mutating func forget(_ rule: PlannedRule, at layer: LayerID) { tables[rule.index][layer] = nil }

  /// Why some rules did nothing: the first miss with all layers there, those first that a rule explains; else the first.
  func nearest(of rules: [PlannedRule], in graph: NetGraph) -> Refusal? {
    var best: (rank: Int, rule: PlannedRule, anchor: LayerID, miss: Miss)?
    for rule in rules {
      for (anchor, miss) in tables[rule.index].entries {
        let rank = Self.rank(of: miss)
        if let best, best.rank >= rank { continue }
        best = (rank, rule, anchor, miss)
      }
    }
    return best.map { $0.miss.refusal(of: $0.rule, at: $0.anchor, explaining: $0.anchor, in: graph) }
  }

  /// How much a miss tells whoever asked for its rule; more is better.
  private static func rank(of miss: Miss) -> Int {
    guard miss.isComplete else { return 0 }
    guard case .search(let search) = miss, let condition = search.reason.facts as? UnmetCondition else {
      return 2
    }
    return condition.isQuiet ? 1 : condition.explanation == nil ? 2 : 3
  }

  /// Why a rule did not rewrite a layer, if the condition that failed reads a parameter.
  func askingForParameter(at layer: NamedLayer, in graph: NetGraph) -> Warning.Obstacle? {
    for index in missing.sorted() {
      let rule = rules[index]
      for (anchor, miss) in tables[index].entries where graph.named(anchor) == layer {
        guard case .search(let search) = miss, let place = search.reason.unmetCondition else { continue }
        let conditions = rule.pattern.conditions + rule.pattern.captures.flatMap(\.conditions)
        let condition = conditions.first { $0.expression.node.place == place }
        let names = Set(condition?.expression.expression.references.map(\.text) ?? [])
        guard rule.rule.parameters.contains(where: { names.contains($0.name) }) else { continue }
        return Warning.Obstacle(layer: layer, reason: search.reason)
      }
    }
    return nil
  }

  /// All at layers that are left, in the order of the layers and rules.
  func all(in graph: NetGraph) -> [Refusal] {
    var all: [(rule: Int, layer: LayerID, miss: Miss)] = []
    for rule in missing {
      tables[rule].forEach { layer, miss in
        if graph.layers[layer.index].isAlive { all.append((rule, layer, miss)) }
      }
    }
    return all.sorted { ($0.layer, $0.rule) < ($1.layer, $1.rule) }.map { rule, layer, miss in
      miss.refusal(of: rules[rule], at: layer, explaining: layer, in: graph)
    }
  }

  /// For each layer left that a rule removes the like of, the miss that came nearest.
  func nearest(in graph: NetGraph) -> [Refusal] {
    var best = LayerTable<(rank: (Int, Int, Int), anchor: LayerID, miss: Miss)>(
      layerCount: graph.layers.count)
    var accepting: [[PlannedCapture]?] = Array(repeating: nil, count: graph.types.names.count)
    /// Whether a selected rule names the layer's type among those it removes.
    func isRemovable(_ layer: LayerID) -> Bool {
      let type = graph.layers[layer.index].typeID
      let captures = accepting[type] ?? removable.filter { $0.capture.types.accepts(graph.types.names[type]) }
      accepting[type] = captures
      return captures.contains { $0.accepts(layer, in: graph) }
    }
    for index in missing.sorted() where !rules[index].rule.isQuiet {
      tables[index].forEach { anchor, miss in
        guard graph.layers[anchor.index].isAlive else { return }
        let rank = (miss.isComplete ? 1 : 0, miss.count, -index)
        for layer in concerned(by: miss, at: anchor, rules[index], in: graph) where isRemovable(layer) {
          if let known = best[layer], known.rank >= rank { continue }
          best[layer] = (rank, anchor, miss)
        }
      }
    }
    var expectations = Expectations()
    return best.entries.sorted { $0.layer < $1.layer }.map { layer, nearest in
      let refusal = nearest.miss.refusal(
        of: rules[-nearest.rank.2], at: nearest.anchor, explaining: layer, in: graph)
      return nearest.anchor == layer ? merged(refusal, at: layer, in: graph, &expectations) : refusal
    }
  }

  /// The layers whose staying a miss explains: the one the search began at, unless the rule removes others and lets that
  /// one stay; and, when all layers were there, those that the rule would have removed.
  private func concerned(
    by miss: Miss, at anchor: LayerID, _ rule: PlannedRule, in graph: NetGraph
  ) -> [LayerID] {
    let removed = rule.removedCaptures
    func isRemoved(_ capture: Int) -> Bool {
      removed.contains(capture) || rule.pattern.captures[capture].alternatives.contains(where: isRemoved)
    }
    var layers = removed.isEmpty || isRemoved(rule.pattern.anchor) ? [anchor] : []
    guard miss.isComplete, case .search(let search) = miss else { return layers }
    // A condition beside a capture says which layers the rule is meant for, unless it explains why others stay.
    let condition = search.reason.facts as? UnmetCondition
    if let condition, condition.isQuiet, condition.layer == nil { return [] }
    let unmet = condition.flatMap { $0.explanation == nil || $0.isQuiet ? $0.layer : nil }
    for (capture, layer) in search.binding.named
    where rule.removedCaptures.contains(capture) && graph.layers[layer.index].isAlive
      && !layers.contains(layer)
    {
      layers.append(layer)
    }
    if let unmet { layers.removeAll { graph.named($0) == unmet } }
    return layers
  }

  /// When no rule got past the layer's producer, the reason names all producers that some rule accepts.
  private func merged(
    _ refusal: Refusal, at layer: LayerID, in graph: NetGraph, _ expectations: inout Expectations
  ) -> Refusal {
    guard var reason = refusal.reason.facts as? ProducerType, reason.reader == refusal.layer else {
      return refusal
    }
    var lists = [reason.expected]
    for index in missing where !rules[index].rule.isQuiet {
      guard let miss = tables[index][layer],
        let other = miss.reason(of: rules[index], at: layer, in: graph).facts as? ProducerType,
        other.reader == reason.reader, other.blob == reason.blob
      else { continue }
      lists.append(other.expected)
    }
    reason.expected = expectations.merging(lists)
    var merged = refusal
    merged.reason = Refusal.Reason(reason)
    return merged
  }

  /// Lists of types as one, sorted; most layers that stay do so for the same lists.
  private struct Expectations {
    private var lists: [[String]] = []
    private var all: [String] = []

    mutating func merging(_ lists: [[String]]) -> [String] {
      if lists != self.lists {
        self.lists = lists
        all = Set(lists.joined()).sorted()
      }
      return all
    }
  }
}
