import CaffeIO
import Definitions
import Diagnostics
import Engine
import Layers
import Locks
import RuleModel
import Rules

/// The net before and the net after as sites see them: descriptions of layers and what their blobs hold.
struct SiteNets: Sendable {
  private let before: NetGraph
  private let after: NetGraph
  private let planned: [LayerID]
  private let changes: LayerTable<LayerChange>
  private let weights: WeightsFile
  private let schema: Schema
  private let layouts: [BlobLayout]
  private let assumesStoredStatistics: Bool
  /// What the layers of sites compute whose types only a layout describes, in both nets.
  private let meanings: (before: [LayerID: LayerMeaning], planned: [LayerID: LayerMeaning])
  /// The layers of sites that only definitions describe, in both nets. Each run supplies their blobs.
  private let defined: (before: [LayerID: DefinedLayer], planned: [LayerID: DefinedLayer])
  private let shapes: KnownShapes
  /// Layers of the weights file that hold blobs, by name; as in Caffe the last one of a name wins.
  private let stored: [Name: Int]

  init(
    _ finder: SiteFinder, _ sites: [RewriteSite], _ plan: Plan, weights: WeightsFile,
    options: RewriteChecker.Options
  ) throws {
    before = finder.before
    after = finder.after
    planned = finder.planned
    changes = plan.graph.changes
    self.weights = weights
    schema = options.schema
    layouts = options.layouts
    assumesStoredStatistics = options.assumesStoredStatistics
    var stored: [Name: Int] = [:]
    for layer in weights.layers where !layer.blobs.isEmpty { stored[layer.name] = layer.index }
    self.stored = stored
    @Sendable func net(_ graph: NetGraph) -> WorkingNet {
      WorkingNet(
        graph, weights: weights, layouts: options.layouts, schema: options.schema,
        assumesStoredStatistics: options.assumesStoredStatistics)
    }
    // One net serves all layers: making one takes as long as the net is large.
    func meanings(_ layers: [LayerID], _ graph: NetGraph) -> [LayerID: LayerMeaning] {
      func isDescribed(_ layer: LayerID) -> Bool { options.layouts.sayWhatComputes(graph[layer].type) }
      let unknown = layers.filter { layer in
        isDescribed(layer) || options.layouts.mayRedefine(graph[layer].type)
          || LayerRegistry.facts(ofType: graph[layer].type)?.blobs == .scale
            && stored[graph[layer].name] == nil
      }
      guard !unknown.isEmpty else { return [:] }
      let net = net(graph)
      var meanings: [LayerID: LayerMeaning] = [:]
      for layer in unknown where isDescribed(layer) || net.isAbsorbed(layer) || net.isRedefined(layer) {
        meanings[layer] = LayerMeaning(of: layer, in: net, limits: SiteSide.limits)
      }
      return meanings
    }
    func defined(_ layers: [LayerID], _ graph: NetGraph) throws -> [LayerID: DefinedLayer] {
      let unknown = layers.filter { layer in
        let type = graph[layer].type
        return !LayerRegistry.knows(type)
          || options.definitions.contains { $0.types.contains(type) }
      }
      guard !unknown.isEmpty else { return [:] }
      return DefinedLayers(
        net(graph), weights: weights, DefinitionSet(adding: options.definitions), only: unknown,
        blobs: .given
      ).byID
    }
    let (before, planned) = (before, planned)
    let (old, new) = (sites.flatMap(\.before), sites.flatMap(\.after).map { planned[$0.index] })
    self.meanings = (meanings(old, before), meanings(new, plan.graph))
    self.defined = (try defined(old, before), try defined(new, plan.graph))
    shapes = KnownShapes { net(before) }
  }

  /// The layer of the net before that a layer of the net after is; nil for a new one.
  func original(of layer: LayerID) -> LayerID? {
    let old = planned[layer.index]
    return old.index < before.layers.count ? old : nil
  }

  /// Whether rewrites changed the blobs of a layer of the net after.
  func isChanged(_ layer: LayerID) -> Bool { changes[planned[layer.index]]?.blobs != nil }

  /// How many numbers the blobs of a site's layers have.
  func weightCount(_ site: RewriteSite) -> Int {
    site.before.reduce(0) { sum, layer in
      sum + storedBlobs(before.definition.layers[layer.index].name).reduce(0) { $0 + $1.count }
    }
  }

  /// The shapes that the net gives to what a site gets from outside; nil where one is not known.
  func knownShapes(of inputs: SiteInputs) -> [[Int]]? {
    var shapes = [[Int]?](repeating: nil, count: inputs.count)
    for (value, input) in inputs.before where shapes[input] == nil {
      shapes[input] = self.shapes.shape(of: value)
    }
    let known = shapes.compactMap(\.self)
    return known.count == inputs.count ? known : nil
  }

  /// The layers as they were.
  func before(_ site: RewriteSite) throws(LayerError) -> SiteSide {
    var steps: [SiteSide.Step] = []
    for layer in site.before {
      let definition = before.definition.layers[layer.index]
      let blobs = storedBlobs(definition.name)
      if let known = meaning(
        meanings.before[layer], defined.before[layer], layer, definition, before[layer], blobs)
      {
        steps.append(known)
        continue
      }
      steps.append(try step(layer, definition, before[layer], blobs: blobs))
    }
    return SiteSide(steps: steps)
  }

  /// The layers as they will be.
  func after(_ site: RewriteSite) throws(LayerError) -> SiteSide {
    var steps: [SiteSide.Step] = []
    for layer in site.after { steps.append(try step(after: layer)) }
    return SiteSide(steps: steps)
  }

  /// A layer as it will be.
  func step(after layer: LayerID) throws(LayerError) -> SiteSide.Step {
    let old = planned[layer.index]
    // Weights bind by name; a layer that is renamed takes its blobs along.
    let name = old.index < before.layers.count ? before[old].name : after[layer].name
    let blobs = changes[old]?.blobs ?? storedBlobs(name)
    let definition = after.definition.layers[layer.index]
    if let known = meaning(
      meanings.planned[old], defined.planned[old], layer, definition, after[layer], blobs)
    {
      return known
    }
    return try step(layer, definition, after[layer], blobs: blobs)
  }

  /// The step of a layer that is run by its definition or its layout, since the executor does not know its type or a
  /// layout of the user describes it; nil where it has neither.
  private func meaning(
    _ meaning: LayerMeaning?, _ defined: DefinedLayer?, _ id: LayerID, _ definition: LayerDefinition,
    _ layer: NetGraph.Layer, _ blobs: [BlobContent]
  ) -> SiteSide.Step? {
    if let defined {
      return SiteSide.Step(
        id: id, layer: defined, subject: LayerSubject(name: layer.name, type: layer.type),
        bottoms: layer.bottoms, tops: layer.tops, blobs: blobs, numbers: definition.parameterNumbers)
    }
    guard let meaning else { return nil }
    return SiteSide.Step(
      id: id, layer: meaning.layer, subject: LayerSubject(name: layer.name, type: layer.type),
      bottoms: layer.bottoms, tops: layer.tops,
      blobs: meaning.blobs.map { .values($0.values, shape: $0.shape, storage: .double) })
  }

  private func storedBlobs(_ name: Name) -> [BlobContent] {
    stored[name].map { weights.layers[$0].blobs.map(BlobContent.stored) } ?? []
  }

  private func step(
    _ id: LayerID, _ definition: LayerDefinition, _ layer: NetGraph.Layer, blobs: [BlobContent]
  ) throws(LayerError) -> SiteSide.Step {
    var description = WrittenLayer(
      definition, schema: schema, blobShapes: blobs.map(\.shape), limits: SiteSide.limits)
    if assumesStoredStatistics {
      let written = description.attribute
      description.attribute = { path in
        path == ["batch_norm_param", "use_global_stats"] ? .boolean(true) : written(path)
      }
    }
    return SiteSide.Step(
      id: id, layer: try LayerRegistry.layer(description), subject: description.subject,
      bottoms: layer.bottoms, tops: layer.tops, blobs: blobs, numbers: definition.parameterNumbers)
  }
}

/// The shapes of a net's values, found in one net when a site first asks.
private final class KnownShapes: Sendable {
  private let net = Guarded<WorkingNet?>(nil)
  private let make: @Sendable () -> WorkingNet

  init(_ make: @escaping @Sendable () -> WorkingNet) { self.make = make }

  func shape(of value: ValueID) -> [Int]? {
    net.withLock { net in
      if net == nil { net = make() }
      return net?.knownShape(of: value)
    }
  }
}
