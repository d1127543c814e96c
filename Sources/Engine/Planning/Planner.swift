import CaffeIO
import Rules

/// What a plan is made with.
package struct PlanOptions: Sendable {
  /// Take stored statistics even where the definition asks for those of the batch.
  package var assumesStoredStatistics = false
  /// Globs of layer names; empty for all.
  package var onlyLayers: [Glob] = []
  /// Globs of layer names to leave alone.
  package var skipLayers: [Glob] = []
  /// The fields that layers have, with their types, numbers and defaults.
  package var schema = Schema.caffe
  /// Note what each rewrite changes on the layers that stay, for a plan file.
  package var describesChanges = false
  /// Tells the shapes of values; without it they are not known.
  package var shapes: (any LayerShapes)?
  /// The kernels that rules call.
  package var kernels = KernelRegistry.builtin

  /// The defaults.
  package init() {}

  func isProtected(_ name: String) -> Bool {
    if skipLayers.contains(where: { $0.matches(name) }) { return true }
    return !onlyLayers.isEmpty && !onlyLayers.contains { $0.matches(name) }
  }
}

/// Applies a rule set to a net until nothing matches any more.
///
/// Rules go in the set's order; each is tried at every layer its anchor accepts, found through an index of
/// types, so a rule that cannot match costs nothing. After the first pass only the neighbourhood of what
/// changed is looked at again, which keeps the whole linear in the number of layers.
package struct Planner {
  let net: WorkingNet
  let rules: [Rule]
  /// By rule.
  private let conditions: [ConditionCheck]
  /// What the rules that speak of their misses remove, where they name types.
  private let removable: [Capture]
  private let options: PlanOptions
  var rewrites: [AppliedRewrite] = []
  /// By rule.
  private var misses: [LayerTable<Refusal>]
  private let reach: Int
  private var banned: [LayerID: [Int: Refusal.Reason]] = [:]
  /// Rules that rewrite a net once, and have.
  private var done: Set<Int> = []

  /// How often new layers may be made of new layers, one after the other.
  static let generationLimit = 64

  /// Plans the rewriting of `graph` by `rules`.
  ///
  /// - Throws: `PlanError`.
  package static func plan(
    _ graph: consuming NetGraph, weights: WeightsFile?, rules: RuleSet, options: PlanOptions = PlanOptions()
  ) throws(PlanError) -> Plan {
    let typesBefore = graph.typeCounts
    // A fold that overflows the stored type is found once all folds of a blob are composed. Its rewrites
    // are then forbidden and the plan is made anew, so that what is left is consistent.
    var banned: [LayerID: [Int: Refusal.Reason]] = [:]
    // Without weights nothing can overflow, and no second copy of the net is kept.
    let original = weights == nil ? nil : copy graph
    var net = WorkingNet(
      graph, weights: weights, layouts: rules.layouts, schema: options.schema,
      assumesStoredStatistics: options.assumesStoredStatistics, shapes: options.shapes)
    while true {
      var planner = Planner(net: net, rules: rules.rules, options: options, banned: banned)
      try planner.run()
      if let error = net.malformed { throw .malformed(error) }
      let overflows = planner.overflows()
      guard !overflows.isEmpty, let original else { return try planner.finish(typesBefore: typesBefore) }
      banned.merge(overflows) { $0.merging($1) { first, _ in first } }
      net = WorkingNet(
        original, weights: weights, layouts: rules.layouts, schema: options.schema,
        assumesStoredStatistics: options.assumesStoredStatistics, shapes: options.shapes)
    }
  }

  init(
    net: WorkingNet, rules: [Rule], options: PlanOptions, banned: [LayerID: [Int: Refusal.Reason]]
  ) {
    self.net = net
    self.rules = rules
    conditions = rules.map(ConditionCheck.init)
    removable = rules.filter { !$0.isQuiet }.flatMap { rule in
      (rule.rewrite.removed + rule.rewrite.dropped).map { rule.pattern.captures[$0] }
    }.filter { if case .any = $0.types { false } else { true } }
    self.options = options
    self.banned = banned
    reach = rules.map(\.pattern.reach).max() ?? 0
    misses = rules.map { _ in LayerTable(layerCount: net.graph.layers.count) }
  }

  /// Rules of a lower priority wait until those of higher ones find nothing any more: a BatchNorm becomes a
  /// Scale only when it is certain that nothing will absorb it.
  private mutating func run() throws(PlanError) {
    for priority in Set(rules.map(\.priority)).sorted(by: >) {
      var candidates = Candidates(net.graph)
      var isFirst = true
      while let pass = candidates.nextPass(net.graph) {
        for (index, rule) in rules.enumerated() where rule.priority >= priority {
          // At the layers that nothing has touched since, the earlier rules have had their turn.
          if isFirst, rule.priority > priority { continue }
          let anchor = rule.pattern.captures[rule.pattern.anchor]
          for layer in pass.layers(accepting: anchor.types) {
            // The same layer again: what it now reads may match the rule once more.
            while try attempt(rule, index, at: layer, touched: &candidates) {}
          }
        }
        isFirst = false
      }
    }
  }

  /// Tries one rule at one layer; true if it rewrote something and the layer is still there.
  private mutating func attempt(
    _ rule: Rule, _ index: Int, at layer: LayerID, touched candidates: inout Candidates
  ) throws(PlanError) -> Bool {
    guard Matcher.accepts(rule.pattern.captures[rule.pattern.anchor], layer, in: net.graph),
      !done.contains(index)
    else { return false }
    if !banned.isEmpty, let reason = banned[layer]?[index] {
      misses[index][layer] = refusal(reason, rule, layer, bindings: [], isComplete: true)
      return false
    }
    switch search(rule, index, at: layer) {
    case .nearMiss(let reason, let binding):
      misses[index][layer] = refusal(
        reason, rule, layer, bindings: named(binding, of: rule), isComplete: binding.isComplete)
      return false
    case .match(let binding):
      let bound = binding.allLayers
      // Every rewrite of such a rule uses up a layer that it has not touched: that ends it.
      if !rule.lowersLayerCount, let again = bound.first,
        bound.allSatisfy({ net.graph.changes[$0]?.boundedRules.contains(index) ?? false })
      {
        throw .cycle(cycle(of: rule, at: again))
      }
      candidates.findNeighbourhood(of: bound, in: net.graph, reach: reach)
      do {
        rewrites.append(try rewrite(rule, index, binding))
      } catch {
        misses[index][layer] = refusal(
          error, rule, layer, bindings: named(binding, of: rule), isComplete: true)
        return false
      }
      misses[index][layer] = nil
      if rule.isOnce { done.insert(index) }
      candidates.touchNeighbourhood()
      if let rewrite = rewrites.last {
        candidates.touch(rewrite.added)
        if let error = growth(of: rewrite) { throw error }
      }
      return net.graph[layer].isAlive
    }
  }

  /// What stops a run whose rules make new layers of new layers without end.
  private func growth(of rewrite: AppliedRewrite) -> PlanError? {
    guard let layer = rewrite.added.last, net.graph.changes[layer]?.generation ?? 0 > Self.generationLimit
    else { return nil }
    var rules: [String] = []
    for rewrite in rewrites.suffix(2 * Self.generationLimit)
    where !rewrite.added.isEmpty && !rules.contains(rewrite.rule) {
      rules.append(rewrite.rule)
    }
    return .growth(rules: rules, layer: net.graph[layer].name, limit: Self.generationLimit)
  }

  /// The rewrites that led from `rule` at `layer` back to it: the last one of its own there, and those after it of the
  /// same layers.
  private func cycle(of rule: Rule, at layer: LayerID) -> [CycleStep] {
    let start = rewrites.lastIndex { $0.rule == rule.id && $0.layers.contains { $0.layer == layer } } ?? 0
    var layers: Set<LayerID> = [layer]
    return rewrites[start...].filter { rewrite in
      guard rewrite.layers.contains(where: { layers.contains($0.layer) }) else { return false }
      layers.formUnion(rewrite.layers.map(\.layer))
      return true
    }.map { rewrite in
      CycleStep(
        rule: rewrite.rule, layer: rewrite.layers.first { $0.layer == rewrite.anchor }?.name ?? "")
    }
  }

  /// Rewrites one match and, where that is asked for, notes what it changes.
  func rewrite(_ rule: Rule, _ index: Int, _ binding: Binding) throws(Refusal.Reason) -> AppliedRewrite {
    let recorder =
      options.describesChanges ? ChangeRecorder(net, layers: binding.allLayers) : nil
    var rewrite = try Rewriter(net: net, rule: rule, ruleIndex: index, kernels: options.kernels).apply(
      binding)
    rewrite.changes = recorder?.changes(in: net) ?? []
    return rewrite
  }

  // Its own function, so that no copy of the graph is alive when the rewriter changes it: that would copy
  // every array for every rewrite.
  //
  // With `wanted`, only a match of exactly these layers is one.
  func search(
    _ rule: Rule, _ index: Int, at layer: LayerID, among wanted: Set<LayerID>? = nil
  ) -> Matcher.Outcome {
    let graph = net.graph
    return Matcher(graph: graph).match(rule.pattern, at: layer) { binding in
      if let wanted, Set(binding.allLayers) != wanted { return .connection(layer: layer) }
      return conditions[index].refusal(binding, in: net)
        ?? Safety(graph: graph, rule: rule, binding: binding) {
          options.isProtected(graph[$0].name)
        }.refusal()
    }
  }

  private func named(_ binding: Binding, of rule: Rule) -> [(capture: String, layer: LayerID)] {
    binding.named.map { (rule.pattern.captures[$0.capture].name, $0.layer) }
  }

  private func refusal(
    _ reason: Refusal.Reason, _ rule: Rule, _ layer: LayerID,
    bindings: [(capture: String, layer: LayerID)], isComplete: Bool
  ) -> Refusal {
    Refusal(rule: rule.id, layer: layer, reason: reason, bindings: bindings, isComplete: isComplete)
  }

  /// Rewrites whose composed result does not fit the stored type.
  func overflows() -> [LayerID: [Int: Refusal.Reason]] {
    guard let weights = net.weights else { return [:] }
    var result: [LayerID: [Int: Refusal.Reason]] = [:]
    for (layer, change) in net.graph.changes.entries where net.graph[layer].isAlive {
      for blob in change.blobs ?? [] where blob.storage == .half {
        guard let largest = try? blob.largestMagnitude(from: weights), largest > BlobStorage.half.largest
        else { continue }
        let reason = Refusal.Reason.overflow(
          layer: layer, largest: largest, limit: BlobStorage.half.largest, storage: "half precision")
        for rewrite in rewrites where (rewrite.kept + rewrite.replaced + rewrite.added).contains(layer) {
          guard let index = rules.firstIndex(where: { $0.id == rewrite.rule }) else { continue }
          result[rewrite.anchor, default: [:]][index] = reason
        }
      }
    }
    return result
  }

  func finish(typesBefore: [String: Int]) throws(PlanError) -> Plan {
    let graph = net.graph
    try ConnectionCheck.check(graph)
    return Plan(
      rewrites: rewrites, refusals: nearest(), nearMisses: allMisses(),
      warnings: rewrites.flatMap(\.warnings) + netWarnings(), graph: graph,
      typesBefore: typesBefore, typesAfter: graph.typeCounts)
  }

  private func allMisses() -> [Refusal] {
    var all: [(rule: Int, refusal: Refusal)] = []
    for (rule, table) in misses.enumerated() {
      for (layer, refusal) in table.entries where net.graph[layer].isAlive { all.append((rule, refusal)) }
    }
    return all.sorted { ($0.refusal.layer, $0.rule) < ($1.refusal.layer, $1.rule) }.map(\.refusal)
  }

  /// For each layer left that a rule removes the like of, the miss that came nearest.
  private func nearest() -> [Refusal] {
    var best = LayerTable<(rank: (Int, Int, Int), refusal: Refusal)>(layerCount: net.graph.layers.count)
    for (index, rule) in rules.enumerated() where !rule.isQuiet {
      for (anchor, refusal) in misses[index].entries where net.graph[anchor].isAlive {
        for layer in concerned(by: refusal, of: rule) where isRemovable(layer) {
          let rank = (refusal.isComplete ? 1 : 0, refusal.bindings.count, -index)
          if let known = best[layer], known.rank >= rank { continue }
          var mine = refusal
          mine.layer = layer
          best[layer] = (rank, mine)
        }
      }
    }
    return best.entries.sorted { $0.layer < $1.layer }.map { mergingExpectations($0.element.refusal) }
  }

  /// The layers whose staying a miss explains: the one the search began at and, when all layers were there, those
  /// that the rule would have removed.
  private func concerned(by refusal: Refusal, of rule: Rule) -> Set<LayerID> {
    var layers: Set<LayerID> = [refusal.layer]
    guard refusal.isComplete else { return layers }
    for capture in rule.removedCaptures {
      let name = rule.pattern.captures[capture].name
      for binding in refusal.bindings where binding.capture == name && net.graph[binding.layer].isAlive {
        layers.insert(binding.layer)
      }
    }
    return layers
  }

  /// When no rule got past the layer's producer, the reason names all producers that some rule would take.
  private func mergingExpectations(_ refusal: Refusal) -> Refusal {
    guard case .producerType(let blob, let found, let type, var expected) = refusal.reason else {
      return refusal
    }
    for index in rules.indices {
      guard let other = misses[index][refusal.layer],
        case .producerType(blob, found, _, let more) = other.reason
      else { continue }
      expected += more.filter { !expected.contains($0) }
    }
    var merged = refusal
    merged.reason = .producerType(
      blob: blob, found: found, foundType: type, expected: expected.sorted())
    return merged
  }

  /// Whether a selected rule names this layer's type among those it removes.
  private func isRemovable(_ layer: LayerID) -> Bool {
    removable.contains { Matcher.accepts($0, layer, in: net.graph) }
  }

  /// One warning for each value that was given and that no rule used.
  private func idleParameters() -> [Warning] {
    var takers: [String: [Int]] = [:]
    for (index, rule) in rules.enumerated() {
      for name in rule.arguments.keys { takers[name, default: []].append(index) }
    }
    let applied = Set(rewrites.map(\.rule))
    return takers.sorted { $0.key < $1.key }.compactMap { name, takers in
      guard !takers.contains(where: { applied.contains(rules[$0].id) }) else { return nil }
      let reasons = takers.flatMap { misses[$0].entries.map(\.element) }
      let nearest = reasons.first(where: \.isComplete) ?? reasons.first
      return Warning(
        layer: "",
        reason: .idleParameter(
          name: name, rules: takers.map { rules[$0].id }, reason: nearest?.reason.sentence(in: net.graph)))
    }
  }

  private func netWarnings() -> [Warning] {
    var warnings = idleParameters()
    let graph = net.graph
    for (blob, layer) in graph.undefinedBlobs {
      warnings.append(Warning(layer: graph[layer].name, reason: .undefinedBottom(blob: blob)))
    }
    guard net.weights != nil else {
      return rewrites.isEmpty ? warnings : warnings + [Warning(layer: "", reason: .assumedBlobs)]
    }
    for id in graph.liveLayers where graph.changes[id]?.blobs == nil {
      let layer = graph[id]
      let needsWeights =
        ["Convolution", "Deconvolution", "InnerProduct", "BatchNorm", "PReLU", "Embed"].contains(layer.type)
        || (["Scale", "Bias"].contains(layer.type) && layer.bottoms.count == 1)
      if needsWeights, net.storedIndex(of: id) == nil {
        warnings.append(Warning(layer: layer.name, reason: .noWeights(type: layer.type)))
      }
    }
    return warnings
  }
}

extension NetGraph {
  /// Layers by type, with those that the phase excludes as long as they are in the file.
  var typeCounts: [String: Int] {
    var counts: [String: Int] = [:]
    for layer in layers where layer.isAlive { counts[layer.type, default: 0] += 1 }
    return counts
  }
}
