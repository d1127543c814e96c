import CaffeIO
import RuleModel

extension Planner {
  /// Makes the rewrites of a plan file, these and no others, and holds each against what the file says of it.
  ///
  /// A rewrite is found as a fold finds it: the rule's pattern, its conditions and the engine's safety checks must all hold
  /// at the layers that the file names.
  /// - Throws: `PlanFileError` naming the rewrite that cannot be made or does something else; `PlanError`.
  package static func replay(
    _ file: PlanFile, on graph: consuming NetGraph, weights: WeightsFile?, rules: RuleSet,
    options: PlanOptions
  ) throws -> Plan {
    let typesBefore = graph.typeCounts
    let net = WorkingNet(
      graph, weights: weights, layouts: rules.layouts, schema: options.schema,
      assumesStoredStatistics: options.assumesStoredStatistics)
    var options = options
    options.describesChanges = true
    var planner = Planner(net: net, rules: rules.rules, options: options, banned: [:])
    var struck: [PlannedRewrite] = []
    var indices: [String: Int] = [:]
    for (index, rule) in rules.rules.enumerated() { indices[rule.id] = index }
    for rewrite in file.rewrites {
      guard rewrite.isApplied else {
        struck.append(rewrite)
        continue
      }
      guard let index = indices[rewrite.rule] else {
        throw PlanFileError(
          .unknownRule(key: rewrite.key, rule: rewrite.rule, known: rules.rules.map(\.id)), at: rewrite.place)
      }
      try planner.replay(rewrite, index, struck: struck)
    }
    if let error = net.malformed { throw PlanError.malformed(error) }
    try planner.checkOverflows(of: file)
    return try planner.finish(typesBefore: typesBefore)
  }

  private mutating func replay(_ planned: PlannedRewrite, _ index: Int, struck: [PlannedRewrite]) throws {
    let rule = rules[index]
    let anchorNames = rule.pattern.anchorNames
    guard let anchor = planned.layers.last(where: { anchorNames.contains($0.capture) }) else {
      throw PlanFileError(
        .noAnchor(key: planned.key, rule: rule.rule.id, capture: anchorNames.joined(separator: ", ")),
        at: planned.place)
    }
    let wanted = Set(try planned.layers.map { try layer($0, of: planned) })
    let binding: Binding
    switch search(rule, at: try layer(anchor, of: planned), among: wanted) {
    case .nearMiss(let miss):
      throw refusal(
        of: planned, miss.reason(of: rule, at: try layer(anchor, of: planned), in: net.graph), struck)
    case .match(let found): binding = found
    }
    let made: RewriteRecord
    do throws(Refusal.Reason) {
      made = try rewrite(rule, binding)
    } catch {
      throw refusal(of: planned, error, struck)
    }
    rewrites.append(made)
    try Self.compare(PlannedRewrite(made, key: planned.key), with: planned)
  }

  private func refusal(
    of planned: PlannedRewrite, _ reason: Refusal.Reason, _ struck: [PlannedRewrite]
  ) -> PlanFileError {
    // A layer that the disabled rewrite would have removed stands in the way: then the reason names it.
    let names = Set(planned.layers.map(\.name)).union(reason.facts.obstacles.map(\.name))
    let earlier = struck.filter { $0.layers.contains { names.contains($0.name) } }
    return PlanFileError(
      .refused(key: planned.key, reason, struck: earlier.map(\.key)), at: planned.place)
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
    throw PlanFileError(
      .noLayer(key: rewrite.key, name: planned.name, type: planned.type), at: rewrite.place)
  }

  private static func compare(_ found: PlannedRewrite, with planned: PlannedRewrite) throws {
    guard found.layers == planned.layers else {
      throw PlanFileError(
        .otherLayers(key: planned.key, planned: planned.layers, found: found.layers), at: planned.place)
    }
    if let change = found.changes.first(where: { !planned.changes.contains($0) }) {
      throw PlanFileError(.notPlanned(key: planned.key, change), at: planned.place)
    }
    if let change = planned.changes.first(where: { !found.changes.contains($0) }) {
      throw PlanFileError(.notDone(key: planned.key, change), at: planned.place)
    }
  }

  /// A plan has no rewrites whose numbers do not fit; with some of them struck out the others' might not.
  private func checkOverflows(of file: PlanFile) throws {
    let applied = file.rewrites.filter(\.isApplied)
    for (layer, reasons) in overflows().sorted(by: { $0.key < $1.key }) {
      guard let reason = reasons.min(by: { $0.key < $1.key })?.value else { continue }
      let concerned = zip(applied, rewrites).filter { $1.anchor == layer }.map(\.0)
      throw PlanFileError(
        .overflow(keys: concerned.map(\.key), reason),
        at: concerned.last?.place)
    }
  }
}

extension PlanFile {
  /// Holds what is about to be written against what the file says, when no rewrite is struck out.
  ///
  /// - Throws: `PlanFileError` for the first difference.
  package func check(_ found: Result) throws(PlanFileError) {
    guard found.rewriteCount == result.rewriteCount else { return }
    for type in Set(result.typesAfter.keys).union(found.typesAfter.keys).sorted() {
      let (planned, found) = (result.typesAfter[type] ?? 0, found.typesAfter[type] ?? 0)
      guard planned == found else {
        throw PlanFileError(.otherCount(type: type, planned: planned, found: found))
      }
    }
    guard found.modelDigest == result.modelDigest, found.modelByteCount == result.modelByteCount else {
      throw PlanFileError(.otherDefinition)
    }
    guard found.weightsByteCount == result.weightsByteCount else {
      throw PlanFileError(
        .otherWeightsSize(planned: result.weightsByteCount ?? 0, found: found.weightsByteCount ?? 0))
    }
  }
}
