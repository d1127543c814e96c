import CaffeIO
import Diagnostics
import RuleModel

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
  /// Note the matches that were lost to rules that go first.
  package var recordsOverlaps = false
  /// Note by which parts conditions fail.
  package var explainsConditions = false
  /// The kernels that rules call.
  package var kernels = KernelRegistry.builtin

  /// The defaults.
  package init() {}
}

/// Applies a rule set to a net until nothing matches any more.
///
/// Rules go in the set's order; each is tried at every layer its anchor accepts, found through an index of
/// types, so a rule that cannot match costs nothing. After the first pass only the neighbourhood of what
/// changed is looked at again, which keeps the whole linear in the number of layers.
package struct Planner {
  let net: WorkingNet
  let rules: [PlannedRule]
  private let options: PlanOptions
  let protected: ProtectedLayers
  private let matcher: Matcher
  var rewrites: [RewriteRecord] = []
  private var misses: Misses
  private let reach: Int
  private var banned: [LayerID: [Int: Refusal.Reason]] = [:]
  /// Rules that rewrite a net once, and have.
  private var done: Set<Int> = []
  /// Layers at which a rule matches its own results once more but has reached its `passes` or its `measure`.
  private var stopped: Set<LayerID> = []
  private var lost: [LostMatch] = []

  /// How often new layers may be made of new layers, one after the other.
  static let generationLimit = 64

  /// How many layers the rules of a run may make in any net. Rules that make two layers of each of their own would fill
  /// the memory long before `generationLimit`.
  static let newLayers = 10_000
  /// How many more they may make for each layer of the net.
  static let newLayersPerLayer = 16

  /// How often, for each layer of the net, rules that settle may rewrite layers that they have rewritten before.
  static let settlingLimit = 64
  /// How often they have done so.
  private var settlings = 0

  private let newLayerLimit: Int
  /// How many they have made.
  private var made = 0

  /// Plans the rewriting of `graph` by `rules`.
  ///
  /// - Throws: `PlanError`.
  package static func plan(
    _ graph: consuming NetGraph, weights: WeightsFile?, rules: RuleSet, options: PlanOptions = PlanOptions()
  ) throws(PlanError) -> Plan {
    let typesBefore = graph.typeCounts
    var graph = graph
    let borrowed = try rules.borrowSources(in: &graph)
    // A fold that overflows the stored type is found once all folds of a blob are composed. Its rewrites
    // are then forbidden and the plan is made anew, so that what is left is consistent.
    var banned: [LayerID: [Int: Refusal.Reason]] = [:]
    // Without weights nothing can overflow, and no second copy of the net is kept.
    let original = weights == nil ? nil : copy graph
    var net = WorkingNet(
      graph, weights: weights, layouts: rules.layouts, schema: options.schema,
      assumesStoredStatistics: options.assumesStoredStatistics)
    while true {
      var planner = Planner(net: net, rules: rules.rules, options: options, banned: banned)
      try planner.run()
      if let error = net.malformed { throw .malformed(error) }
      let overflows = planner.overflows()
      guard !overflows.isEmpty, let original else {
        return try planner.finish(typesBefore: typesBefore, borrowed: borrowed)
      }
      banned.merge(overflows) { $0.merging($1) { first, _ in first } }
      net = WorkingNet(
        original, weights: weights, layouts: rules.layouts, schema: options.schema,
        assumesStoredStatistics: options.assumesStoredStatistics)
    }
  }

  init(
    net: WorkingNet, rules: [Rule], options: PlanOptions, banned: [LayerID: [Int: Refusal.Reason]]
  ) {
    self.net = net
    var types = net.graph.types
    self.rules = rules.enumerated().map {
      PlannedRule($1, at: $0, kernels: options.kernels, types: &types)
    }
    net.graph.types = types
    self.options = options
    net.explainsConditions = options.explainsConditions
    protected = ProtectedLayers(options)
    matcher = Matcher(net: net, protected: protected)
    self.banned = banned
    reach = rules.map(\.pattern.reach).max() ?? 0
    misses = Misses(self.rules, layerCount: net.graph.layers.count)
    newLayerLimit = Self.newLayers + Self.newLayersPerLayer * net.graph.layers.count
  }

  /// Rules of a lower priority wait until those of higher ones find nothing any more: a BatchNorm becomes a
  /// Scale only when it is certain that nothing will absorb it.
  private mutating func run() throws(PlanError) {
    var index = RuleIndex(rules)
    for priority in Set(rules.map(\.rule.priority)).sorted(by: >) {
      var candidates = Candidates()
      var isFirst = true
      while let pass = candidates.nextPass(net.graph) {
        index.update(net.graph.types)
        for number in index.rules(for: pass) {
          let rule = rules[number]
          // At the layers that nothing has touched since, the earlier rules have had their turn.
          if rule.rule.priority < priority || isFirst && rule.rule.priority > priority { continue }
          for layer in pass.layers(of: index.types(of: number)) {
            // The same layer again: what it now reads may match the rule once more.
            while try attempt(rule, at: layer, touched: &candidates) {}
          }
        }
        isFirst = false
      }
    }
  }

  /// Tries one rule at one layer; true if it rewrote something and the layer is still there.
  private mutating func attempt(
    _ rule: PlannedRule, at layer: LayerID, touched candidates: inout Candidates
  ) throws(PlanError) -> Bool {
    guard rule.canBegin(at: layer, in: net.graph), !done.contains(rule.index) else { return false }
    if !banned.isEmpty, let reason = banned[layer]?[rule.index] {
      var nothing = rule.unbound
      nothing.isComplete = true
      misses.note(Miss(reason, nothing), rule, at: layer)
      return false
    }
    switch search(rule, at: layer) {
    case .nearMiss(let miss):
      guard let branches = sharers(of: rule, at: layer, after: miss) else {
        misses.note(miss, rule, at: layer)
        return false
      }
      candidates.findNeighbourhood(of: branches.flatMap(\.allLayers), in: net.graph, reach: reach)
      do {
        rewrites += try rewrite(rule, together: branches)
      } catch {
        misses.note(Miss(error, branches[0]), rule, at: layer)
        return false
      }
      misses.forget(rule, at: layer)
      candidates.touchNeighbourhood()
      return net.graph.layers[layer.index].isAlive
    case .match(let binding):
      let bound = binding.allLayers
      // Every rewrite of such a rule uses up a layer that it has not touched: that ends it.
      let passes = bound.map { net.graph.changes[$0]?.passes[rule.index]?.count ?? 0 }
      if !rule.lowersLayerCount, let again = bound.first, passes.allSatisfy({ $0 > 0 }) {
        if rule.rule.passes > 0 {
          if let most = passes.max(), most > rule.rule.passes {
            misses.note(
              Miss(Refusal.Reason(PassesDone(limit: rule.rule.passes)), binding), rule, at: layer)
            stopped.insert(layer)
            return false
          }
        } else {
          // An expansion replaces what its own layers are defined by, too: nothing is left to do.
          guard rule.rewrite.expanded.isEmpty else { return false }
          // Kernels that refuse when nothing is left to do end by themselves; the limit holds if one does not.
          guard rule.settles else { throw .cycle(cycle(of: rule.rule, at: again)) }
          guard settlings < Self.settlingLimit * net.graph.layers.count else { return false }
          settlings += 1
        }
      }
      candidates.findNeighbourhood(of: bound, in: net.graph, reach: reach)
      let losers =
        options.recordsOverlaps
        ? losers(to: rule, rewriting: bound, among: candidates.neighbours) : []
      do {
        rewrites.append(try rewrite(rule, binding))
      } catch {
        if error.code == PassesDone.code.word { stopped.insert(layer) }
        misses.note(Miss(error, binding), rule, at: layer)
        return false
      }
      lost += losers
      misses.forget(rule, at: layer)
      if rule.rule.isOnce { done.insert(rule.index) }
      candidates.touchNeighbourhood()
      if let rewrite = rewrites.last, !rewrite.added.isEmpty {
        candidates.touch(rewrite.added)
        if let error = growth(of: rewrite) { throw error }
        made += rewrite.added.count
        guard made <= newLayerLimit else {
          throw .newLayers(
            limit: newLayerLimit, rule: rewrite.rule,
            layer: rewrite.added.last.map { net.graph[$0].name } ?? "")
        }
      }
      return net.graph.layers[layer.index].isAlive
    }
  }

  /// What stops a run whose rules make new layers of new layers without end.
  private func growth(of rewrite: RewriteRecord) -> PlanError? {
    guard var layer = rewrite.added.last, net.graph.changes[layer]?.generation ?? 0 > Self.generationLimit
    else { return nil }
    let last = net.graph[layer].name
    // From the layer to those that it was made of, back to the net's own.
    var rules: [String] = []
    for rewrite in rewrites.reversed() where rewrite.added.contains(layer) {
      if !rules.contains(rewrite.rule) { rules.insert(rewrite.rule, at: 0) }
      let matched = rewrite.layers.map { (net.graph.changes[$0.layer]?.generation ?? 0, $0.layer) }
      guard let oldest = matched.max(by: { $0.0 < $1.0 }) else { break }
      layer = oldest.1
    }
    return .growth(rules: rules, layer: last, limit: Self.generationLimit)
  }

  /// The rewrites that led from `rule` at `layer` back to it: the last one of its own there, and those after it of the
  /// same layers.
  private func cycle(of rule: Rule, at layer: LayerID) -> [CycleStep] {
    let start = rewrites.lastIndex { $0.rule == rule.id && $0.layers.contains { $0.layer == layer } } ?? 0
    var layers: Set<LayerID> = [layer]
    let steps = rewrites[start...].filter { rewrite in
      guard rewrite.layers.contains(where: { layers.contains($0.layer) }) else { return false }
      layers.formUnion(rewrite.layers.map(\.layer))
      return true
    }.map { rewrite in
      CycleStep(
        rule: rewrite.rule, layer: rewrite.layers.first { $0.layer == rewrite.anchor }?.name ?? "")
    }
    // A layer that the rule has made has not been matched before.
    return steps.isEmpty ? [CycleStep(rule: rule.id, layer: net.graph[layer].name)] : steps
  }

  /// Rewrites one match and, where that is asked for, notes what it changes.
  func rewrite(_ rule: PlannedRule, _ binding: Binding) throws(Refusal.Reason) -> RewriteRecord {
    let recorder =
      options.describesChanges ? ChangeRecorder(net, layers: binding.allLayers) : nil
    var rewrite = try Rewriter(net: net, rule: rule).apply(binding)
    if let recorder { rewrite.changes = recorder.changes(in: net) }
    return rewrite
  }

  /// Looks for a match; with `wanted`, only one of exactly these layers is one.
  func search(_ rule: PlannedRule, at layer: LayerID, among wanted: Set<LayerID>? = nil) -> Matcher.Outcome {
    let matcher = wanted.map { Matcher(net: net, protected: protected, wanted: $0) } ?? matcher
    return matcher.match(rule, at: layer)
  }

  /// Rewrites whose composed result does not fit the stored type.
  func overflows() -> [LayerID: [Int: Refusal.Reason]] {
    guard let weights = net.weights else { return [:] }
    var result: [LayerID: [Int: Refusal.Reason]] = [:]
    for (layer, change) in net.graph.changes.entries where net.graph[layer].isAlive {
      for blob in change.blobs ?? [] where blob.mayOverflow {
        guard let largest = try? blob.largestMagnitude(from: weights), largest > blob.storage.largest
        else { continue }
        let reason = Refusal.Reason(
          Overflow(layer: net.graph.named(layer), largest: largest, storage: blob.storage))
        for rewrite in rewrites where (rewrite.kept + rewrite.replaced + rewrite.added).contains(layer) {
          guard let index = rules.firstIndex(where: { $0.rule.id == rewrite.rule }) else { continue }
          result[rewrite.anchor, default: [:]][index] = reason
        }
      }
    }
    return result
  }

  mutating func finish(
    typesBefore: [String: Int], borrowed: [BorrowedSource]
  ) throws(PlanError) -> Plan {
    let graph = net.graph
    let lost = final(lost)
    for match in lost {
      let reason = Refusal.Reason(
        Overlapped(rule: match.overlap.winner, layers: match.overlap.shared))
      misses.note(Miss(reason, match.binding), match.rule, at: match.anchor)
    }
    try ConnectionCheck.check(graph)
    // A rule that has rewritten a layer, and finds no more to do there, has not missed it.
    let indices = Dictionary(rules.map { ($0.rule.id, $0) }, uniquingKeysWith: { first, _ in first })
    for rewrite in rewrites where graph[rewrite.anchor].isAlive && !stopped.contains(rewrite.anchor) {
      if let rule = indices[rewrite.rule] { misses.forget(rule, at: rewrite.anchor) }
    }
    return Plan(
      rewrites: rewrites, refusals: misses.nearest(in: graph), misses: misses,
      borrowed: borrowed, overlaps: lost.map(\.overlap), idleRules: idleRules(),
      warnings: rewrites.flatMap(\.warnings) + stageWarnings(borrowed) + netWarnings(), graph: graph,
      descriptions: net.descriptions, typesBefore: typesBefore, typesAfter: graph.typeCounts)
  }

  private func idleRules() -> [IdleRule] {
    let applied = Set(rewrites.map(\.rule))
    let types = net.graph.typeCounts.keys
    return rules.filter { !$0.rule.isBuiltin && !$0.rule.isQuiet && !applied.contains($0.rule.id) }.map {
      rule in
      let anchor = rule.captures[rule.pattern.anchor]
      return IdleRule(
        rule: rule.rule.id, refusal: misses.nearest(of: [rule], in: net.graph), types: anchor.typeNames,
        hasTypes: types.contains(where: anchor.capture.types.accepts))
    }
  }

  /// One warning for each value that was given and that no rule used, though it asks for something.
  private func idleParameters() -> [Warning] {
    var takers: [String: [PlannedRule]] = [:]
    for rule in rules {
      for name in rule.rule.arguments.keys where !rule.rule.givesDefault(ofParameter: name) {
        takers[name, default: []].append(rule)
      }
    }
    guard !takers.isEmpty else { return [] }
    let applied = Set(rewrites.map(\.rule))
    return takers.sorted { $0.key < $1.key }.compactMap { name, takers in
      guard !takers.contains(where: { applied.contains($0.rule.id) }) else { return nil }
      let reason = misses.nearest(of: takers, in: net.graph)?.reason
      return Warning(
        layer: "",
        reason: .idleParameter(
          name: name, rules: takers.map(\.rule.id), reason: reason,
          obstacle: reason?.facts.obstacles.lazy.compactMap {
            misses.askingForParameter(at: $0, in: net.graph)
          }.first))
    }
  }

  /// One warning for each layer that is used although its stage is off.
  private func stageWarnings(_ borrowed: [BorrowedSource]) -> [Warning] {
    borrowed.filter { !$0.stages.isEmpty }.map { source in
      let name = net.graph.definition.layers[source.layer.index].name
      return Warning(layer: name, reason: .otherStage(blob: source.blob, stages: source.stages))
    }
  }

  private func netWarnings() -> [Warning] {
    var warnings = idleParameters()
    let graph = net.graph
    lazy var search = MakerSearch(graph.definition, included: graph.includedLayers)
    for (blob, reader) in graph.unmadeValues {
      let bottom = search.unmade(blob, by: graph[reader].name)
      warnings.append(
        Warning(
          layer: bottom.layer,
          reason: .undefinedBottom(blob: blob, maker: bottom.maker, stages: bottom.stages, near: bottom.near))
      )
    }
    guard let weights = net.weights else {
      return rewrites.isEmpty ? warnings : warnings + [Warning(layer: "", reason: .assumedBlobs)]
    }
    var missing: [Warning] = []
    var isForeign = true
    for id in graph.liveLayers {
      guard graph.changes[id]?.blobs == nil else {
        isForeign = false
        continue
      }
      let layer = graph[id]
      guard net.needsWeights(id) else { continue }
      guard net.storedIndex(of: id) == nil else {
        isForeign = false
        continue
      }
      missing.append(
        Warning(layer: layer.name, reason: .noWeights(type: layer.type, filling: net.filling(of: id))))
    }
    guard isForeign, missing.count > 1 else { return warnings + missing }
    let stored = weights.layers.filter { !$0.blobs.isEmpty }.map(\.name)
    return warnings + [Warning(layer: "", reason: .otherNet(layerCount: missing.count, stored: stored))]
  }
}

extension NetGraph {
  /// Layers by type, with those that the phase excludes as long as they are in the file.
  var typeCounts: [String: Int] {
    var counts = Array(repeating: 0, count: types.names.count)
    for index in layers.indices where layers[index].isAlive { counts[layers[index].typeID] += 1 }
    return Dictionary(uniqueKeysWithValues: zip(types.names, counts).filter { $0.1 > 0 })
  }
}
