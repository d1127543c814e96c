import CaffeIO
import Diagnostics
import Engine

/// Cuts a plan into sites.
///
/// The net after is read back from the text that will be written, so names are part of what is proven. Layers that
/// no rewrite touched are the same in both nets, whatever their blobs are called; by their places each bottom of the
/// net before has its counterpart in the net after. Where one of the two is made within a site they must be equal:
/// that is a claim, and the site has to prove it.
struct SiteFinder {
  /// The net before.
  let before: NetGraph
  /// The net after, from its text.
  let after: NetGraph
  private let plan: Plan
  /// By layer of the net after, the layer of the plan's graph that it is.
  let planned: [LayerID]
  /// By layer, a rewrite that touched it.
  private var rewriteBefore: [Int: Int] = [:]
  private var rewriteAfter: [Int: Int] = [:]
  /// Rewrites of one site.
  private var connected: DisjointSets
  /// By name, the last value of each blob of the net after.
  private let lastValues: [Name: ValueID]

  /// - Parameters:
  ///   - plan: what was planned.
  ///   - emitted: the net as it will be written.
  init(_ plan: Plan, emitted: NetDefinition) throws {
    self.plan = plan
    before = try NetGraph(plan.graph.definition, state: plan.graph.state)
    after = try NetGraph(emitted, state: plan.graph.state)
    connected = DisjointSets(count: plan.rewrites.count)
    planned = plan.graph.emissionOrder
    guard planned.count == emitted.layers.count else {
      throw RewriteCheckError.layerCount(planned: planned.count, written: emitted.layers.count)
    }
    var lastValues: [Name: ValueID] = [:]
    for index in after.values.indices {
      let value = ValueID(index: index)
      lastValues[after.blobName(of: value)] = value
    }
    self.lastValues = lastValues
    var places: [Int: Int] = [:]
    for (place, layer) in planned.enumerated() { places[layer.index] = place }
    for (index, rewrite) in plan.rewrites.enumerated() {
      for layer in rewrite.safety == .conversion ? rewrite.changed(in: plan.graph) : rewrite.touched {
        if let other = rewriteBefore[layer.index] {
          connected.unite(index, other)
        } else {
          rewriteBefore[layer.index] = index
        }
        if let place = places[layer.index] { rewriteAfter[place] = index }
      }
    }
    uniteNeighbours(places)
  }

  /// What a layer that is gone read from another site's layer, and what a new one reads from one, is not to be seen from
  /// outside of both: they are one site. A conversion is none with its neighbours: what it reads has to be as before.
  private mutating func uniteNeighbours(_ places: [Int: Int]) {
    for (index, rewrite) in rewriteBefore where index < before.layers.count && places[index] == nil {
      guard before.layers[index].isIncluded else { continue }
      for bottom in before.layers[index].bottoms {
        if let maker = site(making: bottom, of: before, rewriteBefore) { uniteFolds(rewrite, maker) }
      }
    }
    for (place, layer) in planned.enumerated() where layer.index >= before.layers.count {
      guard after.layers[place].isIncluded, let rewrite = rewriteAfter[place] else { continue }
      for bottom in after.layers[place].bottoms {
        if let maker = site(making: bottom, of: after, rewriteAfter) { uniteFolds(rewrite, maker) }
      }
    }
  }

  private mutating func uniteFolds(_ a: Int, _ b: Int) {
    if !isConversion(a), !isConversion(b) { connected.unite(a, b) }
  }

  private func isConversion(_ rewrite: Int) -> Bool { plan.rewrites[rewrite].safety == .conversion }

  /// The sites, in the order of their first rewrites; those whose layers the phase leaves out have no layers.
  ///
  /// - Throws: `RewriteCheckError` where an untouched layer reads something else than before.
  mutating func sites() throws(RewriteCheckError) -> [RewriteSite] {
    var items = claims()
    // A site that makes what another one's value is replaced by is one with it; then fewer values lie between
    // sites.
    while unite(items) { items = claims() }
    var sites: [RewriteSite] = []
    var indices: [Int: Int] = [:]
    for rewrite in plan.rewrites.indices {
      let root = connected.root(of: rewrite)
      if indices[root] == nil {
        indices[root] = sites.count
        sites.append(RewriteSite())
      }
      sites[indices[root]!].rewrites.append(rewrite)
    }
    for (layer, rewrite) in rewriteBefore.sorted(by: { $0.key < $1.key }) {
      guard layer < before.layers.count, before.layers[layer].isIncluded else { continue }
      sites[indices[connected.root(of: rewrite)]!].before.append(LayerID(index: layer))
    }
    for (layer, rewrite) in rewriteAfter.sorted(by: { $0.key < $1.key }) where after.layers[layer].isIncluded
    {
      sites[indices[connected.root(of: rewrite)]!].after.append(LayerID(index: layer))
    }
    var relation = ValueRelation(before, after)
    for item in items { if item.site != nil { relation.unite(item.claim) } }
    for (place, layer) in planned.enumerated() where rewriteAfter[place] == nil {
      for (u, w) in zip(before.layers[layer.index].tops, after.layers[place].tops) {
        relation.unite(RewriteSite.Claim(before: u, after: w))
      }
    }
    for item in items {
      if let site = item.site {
        let index = indices[connected.root(of: site)]!
        if !sites[index].claims.contains(item.claim) { sites[index].claims.append(item.claim) }
      } else if !relation.areEqual(item.claim) {
        throw .wrongConnection(
          blob: before.blobName(of: item.claim.before), other: after.blobName(of: item.claim.after))
      }
    }
    for (name, site) in lostOutputs() { sites[indices[connected.root(of: site)]!].lostOutputs.append(name) }
    for index in sites.indices { findInputs(of: &sites[index], relation) }
    return sites
  }

  // MARK: Claims

  /// Two values that are read for each other.
  private struct Item {
    var claim: RewriteSite.Claim
    /// Rewrites of the sites that make them.
    var made: Int?
    var replaced: Int?
    /// A rewrite of the site that has to prove it; nil where no site has to.
    var site: Int? { made ?? replaced }
  }

  private func claims() -> [Item] {
    var items: [Item] = []
    func add(_ u: ValueID, _ w: ValueID, reader: Int?) {
      let made = site(making: u, of: before, rewriteBefore)
      let replaced = site(making: w, of: after, rewriteAfter)
      // Within a site anything may become of a value.
      if let reader, made ?? reader == reader, replaced ?? reader == reader, made ?? replaced != nil {
        return
      }
      items.append(
        Item(claim: RewriteSite.Claim(before: u, after: w), made: made, replaced: replaced))
    }
    for (place, layer) in planned.enumerated() where layer.index < before.layers.count {
      let (old, new) = (before[layer], after.layers[place])
      guard old.isIncluded, new.isIncluded, old.bottoms.count == new.bottoms.count else { continue }
      // A layer that became another one may read the same values in another order.
      guard old.type == new.type || old.bottoms.count == 1 else { continue }
      let reader = rewriteBefore[layer.index].map(connected.root)
      for (u, w) in zip(old.bottoms, new.bottoms) { add(u, w, reader: reader) }
    }
    let replaced = outputs(of: after)
    for (name, u) in outputs(of: before) {
      if let w = replaced[name] { add(u, w, reader: nil) }
    }
    // What a conversion read is read by what it made, or by nobody any more: by its name then.
    for (index, rewrite) in rewriteBefore.sorted(by: { $0.key < $1.key }) where isConversion(rewrite) {
      guard index < before.layers.count, before.layers[index].isIncluded else { continue }
      for u in before.layers[index].bottoms {
        guard let maker = site(making: u, of: before, rewriteBefore), !isConversion(maker),
          let w = lastValues[before.blobName(of: u)]
        else { continue }
        add(u, w, reader: nil)
      }
    }
    return items
  }

  private func lostOutputs() -> [(name: Name, site: Int)] {
    let kept = outputs(of: after)
    return outputs(of: before).sorted { $0.value.index < $1.value.index }.compactMap { name, value in
      guard kept[name] == nil, let site = site(making: value, of: before, rewriteBefore) else { return nil }
      return (name, site)
    }
  }

  private func outputs(of graph: NetGraph) -> [Name: ValueID] {
    var outputs: [Name: ValueID] = [:]
    for index in graph.values.indices {
      let value = ValueID(index: index)
      if graph.isNetOutput(value), graph[value].producer != nil { outputs[graph.blobName(of: value)] = value }
    }
    return outputs
  }

  private func site(making value: ValueID, of graph: NetGraph, _ rewrites: [Int: Int]) -> Int? {
    graph[value].producer.flatMap { rewrites[$0.index] }.map(connected.root)
  }

  private mutating func unite(_ items: [Item]) -> Bool {
    var changed = false
    for item in items {
      if let made = item.made, let replaced = item.replaced, connected.unite(made, replaced) {
        changed = true
      }
    }
    return changed
  }

  // MARK: Inputs

  private func findInputs(of site: inout RewriteSite, _ relation: ValueRelation) {
    var numbers: [Int: Int] = [:]
    var inputs = SiteInputs()
    let (own, ownAfter) = (Set(site.before), Set(site.after))
    func isMade(_ value: ValueID, _ graph: NetGraph, _ layers: Set<LayerID>) -> Bool {
      graph[value].producer.map(layers.contains) ?? false
    }
    func number(_ root: Int) -> Int {
      if let number = numbers[root] { return number }
      numbers[root] = inputs.count
      inputs.count += 1
      return inputs.count - 1
    }
    for value in site.before.flatMap({ before[$0].bottoms }) + site.claims.map(\.before)
    where !isMade(value, before, own) {
      inputs.before[value] = number(relation.root(before: value))
    }
    for value in site.after.flatMap({ after[$0].bottoms }) + site.claims.map(\.after)
    where !isMade(value, after, ownAfter) {
      guard relation.isKnown(after: value) else {
        inputs.unrelated = value
        continue
      }
      inputs.after[value] = number(relation.root(after: value))
    }
    site.inputs = inputs
  }
}
