import CaffeIO
import Diagnostics
import Engine
import Layers

/// A net before and after a fold, and what became of what.
struct FoldPicture {
  /// What became of a layer.
  enum Fate: String {
    /// It is as it was.
    case kept
    /// It is there with other parameters, blobs or connections.
    case changed
    /// It is gone.
    case removed
    /// A rule wrote it.
    case added
  }

  /// Layers that rewrites have tied together: those of rewrites that share a layer.
  struct Group {
    /// Places in `Plan.rewrites`.
    var rewrites: [Int] = []
    /// Layers of the net before.
    var before: [Int] = []
    /// Layers of the net after.
    var after: [Int] = []
  }

  let before: NetPicture
  let after: NetPicture
  /// By layer of the net before.
  private(set) var fatesBefore: [Fate]
  /// By layer of the net after.
  private(set) var fatesAfter: [Fate]
  /// By layer of the net before, the same layer of the net after.
  private(set) var counterparts: [Int?]
  private(set) var groups: [Group] = []

  /// - Throws: `FileError` where blobs cannot be read.
  init(_ folded: Folded, state: NetState, model: String) throws {
    let graph = folded.plan.graph
    let knowledge = LayerKnowledge(
      schema: folded.schema, layouts: folded.rules.layouts, definitions: folded.definitions)
    let (weights, definition) = (folded.weights, graph.definition)
    let stored = weights?.contentsByLayer ?? [:]
    let files = ModelFiles(model: model, weights: weights?.path)
    let first = try DescribedNet(
      definition, state: state, weights: weights, knowledge: knowledge, model: model)
    before = try NetPicture(
      first, files, contents: weights == nil ? nil : { stored[first.net.steps[$0].subject.name] ?? [] },
      weights: weights)
    let rewritten = try NetDefinition(TextDocument(SourceText(path: model, bytes: folded.text)))
    let second = try DescribedNet(
      rewritten, state: state, weights: nil, knowledge: knowledge, model: model)
    let layers = Self.layers(of: second.net, in: graph)
    after = try NetPicture(
      second, files,
      contents: weights == nil
        ? nil
        : { place in
          guard let layer = layers[place] else { return [] }
          if let changed = graph.changes[layer]?.blobs { return changed }
          guard definition.layers.indices.contains(layer.index) else { return [] }
          return stored[definition.layers[layer.index].name] ?? []
        }, weights: weights)
    fatesBefore = first.net.steps.map { graph[LayerID(index: $0.index)].isAlive ? .kept : .removed }
    fatesAfter = layers.map {
      $0.map { definition.layers.indices.contains($0.index) } ?? true ? .kept : .added
    }
    let placesAfter = Dictionary(
      zip(layers, 0...).compactMap { layer, place in layer.map { ($0, place) } }
    ) { first, _ in first }
    counterparts = first.net.steps.map { placesAfter[LayerID(index: $0.index)] }
    let placesBefore = Dictionary(
      zip(first.net.steps, 0...).map { (LayerID(index: $0.index), $1) }
    ) { first, _ in first }
    group(folded.plan, placesBefore, placesAfter)
  }

  /// By step of the net after, the layer of the plan: of several of one name the first is the first.
  private static func layers(of net: NetRunner, in graph: NetGraph) -> [LayerID?] {
    var named: [Name: [LayerID]] = [:]
    for index in graph.layers.indices.reversed() where graph.layers[index].isAlive {
      guard graph.layers[index].isIncluded else { continue }
      named[graph.layers[index].name, default: []].append(LayerID(index: index))
    }
    return net.steps.map { named[$0.subject.name]?.popLast() }
  }

  /// Ties layers together, and marks those that rewrites changed.
  private mutating func group(
    _ plan: Plan, _ placesBefore: [LayerID: Int], _ placesAfter: [LayerID: Int]
  ) {
    let changed = plan.rewrites.map { rewrite in
      let layers = rewrite.changed(in: plan.graph)
      // Without weights nothing changes on the layers that stay; they are what is left of the match all the same.
      return layers.contains { plan.graph[$0].isAlive } ? layers : layers + rewrite.kept
    }
    var sets = DisjointSets(count: plan.graph.layers.count)
    for layers in changed { for layer in layers { sets.unite(layer.index, layers[0].index) } }
    // By the root of a set of layers, the place of its group.
    var places: [Int: Int] = [:]
    for (rewrite, layers) in changed.enumerated() {
      guard let first = layers.first.map({ sets.root(of: $0.index) }) else { continue }
      if places[first] == nil {
        places[first] = groups.count
        groups.append(Group())
      }
      groups[places[first]!].rewrites.append(rewrite)
    }
    for layer in Set(changed.joined()).sorted() {
      let place = places[sets.root(of: layer.index)]!
      if let own = placesBefore[layer] { groups[place].before.append(own) }
      if let own = placesAfter[layer] { groups[place].after.append(own) }
    }
    for group in groups {
      for place in group.before where fatesBefore[place] == .kept { fatesBefore[place] = .changed }
      for place in group.after where fatesAfter[place] == .kept { fatesAfter[place] = .changed }
    }
  }
}
