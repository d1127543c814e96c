import CaffeIO
import RuleModel

extension Planner {
  /// Makes the rewrites of a plan, these and no others, and holds each against what the plan says of it.
  ///
  /// A rewrite is found as a fold finds it: the rule's pattern, its conditions and the engine's safety checks must all hold
  /// at the layers that the file names.
  /// - Throws: `ReplayError` naming the rewrite that cannot be made or does something else; `PlanError`.
  package static func replay(
    _ planned: [PlannedRewrite], on graph: consuming NetGraph, weights: WeightsFile?, rules: RuleSet,
    options: PlanOptions
  ) throws -> Plan {
    let typesBefore = graph.typeCounts
    var graph = graph
    let borrowed = try rules.borrowSources(in: &graph)
    let net = WorkingNet(
      graph, weights: weights, layouts: rules.layouts, schema: options.schema,
      assumesStoredStatistics: options.assumesStoredStatistics)
    var options = options
    options.describesChanges = true
    // What was made together with a rewrite before it.
    var joint: [RewriteRecord] = []
    var planner = Planner(net: net, rules: rules.rules, options: options, banned: [:])
    var disabled: [PlannedRewrite] = []
    var indices: [String: Int] = [:]
    for (index, rule) in rules.rules.enumerated() { indices[rule.id] = index }
    for rewrite in planned {
      guard rewrite.isApplied else {
        disabled.append(rewrite)
        continue
      }
      guard let index = indices[rewrite.rule] else {
        throw ReplayError(
          .unknownRule(key: rewrite.key, rule: rewrite.rule, known: rules.rules.map(\.id)), at: rewrite.place)
      }
      try planner.replay(rewrite, index, disabled: disabled, &joint)
    }
    // A branch that shares its parameters with a folded one must be folded too.
    if let left = joint.first, let folded = planned.last(where: { $0.rule == left.rule }) {
      let layer = NamedLayer(name: left.layers[0].name, type: left.layers[0].type)
      throw ReplayError(
        .refused(
          key: folded.key, Refusal.Reason(SharerLeft(layer: layer)), disabled: disabled.map(\.key)),
        at: folded.place)
    }
    if let error = net.malformed { throw PlanError.malformed(error) }
    try planner.checkOverflows(of: planned)
    return try planner.finish(typesBefore: typesBefore, borrowed: borrowed)
  }

  private mutating func replay(
    _ planned: PlannedRewrite, _ index: Int, disabled: [PlannedRewrite], _ joint: inout [RewriteRecord]
  ) throws {
    if let known = joint.firstIndex(where: { PlannedRewrite($0, key: planned.key).layers == planned.layers })
    {
      rewrites.append(joint[known])
      return try Self.compare(PlannedRewrite(joint.remove(at: known), key: planned.key), with: planned)
    }
    let rule = rules[index]
    let anchorNames = rule.pattern.anchorNames
    guard let anchor = planned.layers.last(where: { anchorNames.contains($0.capture) }) else {
      throw ReplayError(
        .noAnchor(key: planned.key, rule: rule.rule.id, capture: anchorNames.joined(separator: ", ")),
        at: planned.place)
    }
    let start = try layer(anchor, of: planned)
    let wanted = Set(try planned.layers.map { try layer($0, of: planned) })
    let made: RewriteRecord
    do throws(Refusal.Reason) {
      made = try replay(rule, at: start, among: wanted, &joint)
    } catch {
      throw refusal(of: planned, error, disabled)
    }
    rewrites.append(made)
    try Self.compare(PlannedRewrite(made, key: planned.key), with: planned)
  }

  /// Makes the rewrite of exactly these layers, and those of layers that share their parameters.
  private func replay(
    _ rule: PlannedRule, at start: LayerID, among wanted: Set<LayerID>,
    _ joint: inout [RewriteRecord]
  ) throws(Refusal.Reason) -> RewriteRecord {
    switch search(rule, at: start, among: wanted) {
    case .match(let binding): return try rewrite(rule, binding)
    case .nearMiss(let miss):
      guard let branches = sharers(of: rule, at: start, after: miss), Set(branches[0].allLayers) == wanted
      else { throw miss.reason(of: rule, at: start, in: net.graph) }
      let made = try rewrite(rule, together: branches)
      joint += made.dropFirst()
      return made[0]
    }
  }

  private func refusal(
    of planned: PlannedRewrite, _ reason: Refusal.Reason, _ disabled: [PlannedRewrite]
  ) -> ReplayError {
    // A layer that the disabled rewrite would have removed stands in the way: then the reason names it.
    let names = Set(planned.layers.map(\.name)).union(reason.facts.obstacles.map(\.name))
    let earlier = disabled.filter { $0.layers.contains { names.contains($0.name) } }
    return ReplayError(
      .refused(key: planned.key, reason, disabled: earlier.map(\.key)), at: planned.place)
  }

  /// The layer that a plan file names, as it stands after the rewrites so far.
  private func layer(_ planned: PlannedRewrite.Layer, of rewrite: PlannedRewrite) throws -> LayerID {
    func isMeant(_ layer: NetGraph.Layer) -> Bool {
      layer.isAlive && layer.name == planned.name && layer.type == planned.type
    }
    let layers = net.graph.layers
    if layers.indices.contains(planned.index), isMeant(layers[planned.index]) {
      return LayerID(index: planned.index)
    }
    throw ReplayError(
      .noLayer(key: rewrite.key, name: planned.name, type: planned.type), at: rewrite.place)
  }

  private static func compare(_ found: PlannedRewrite, with planned: PlannedRewrite) throws {
    guard found.layers == planned.layers else {
      throw ReplayError(
        .otherLayers(key: planned.key, planned: planned.layers, found: found.layers), at: planned.place)
    }
    if let change = found.changes.first(where: { !planned.changes.contains($0) }) {
      throw ReplayError(.notPlanned(key: planned.key, change), at: planned.place)
    }
    if let change = planned.changes.first(where: { !found.changes.contains($0) }) {
      throw ReplayError(.notDone(key: planned.key, change), at: planned.place)
    }
  }

  /// A plan has no rewrites whose numbers do not fit; with some of them disabled out the others' might not.
  private func checkOverflows(of planned: [PlannedRewrite]) throws {
    let applied = planned.filter(\.isApplied)
    for (layer, reasons) in overflows().sorted(by: { $0.key < $1.key }) {
      guard let reason = reasons.min(by: { $0.key < $1.key })?.value else { continue }
      let concerned = zip(applied, rewrites).filter { $1.anchor == layer }.map(\.0)
      throw ReplayError(
        .overflow(keys: concerned.map(\.key), reason),
        at: concerned.last?.place)
    }
  }
}
