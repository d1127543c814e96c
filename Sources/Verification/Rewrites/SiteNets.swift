import CaffeIO
import Engine
import Layers
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
  private let plannedGraph: NetGraph
  /// Layers of the weights file that hold blobs, by name; as in Caffe the last one of a name wins.
  private let stored: [String: Int]

  init(
    _ finder: SiteFinder, _ plan: Plan, weights: WeightsFile, options: RewriteChecker.Options
  ) {
    before = finder.before
    after = finder.after
    planned = finder.planned
    changes = plan.graph.changes
    self.weights = weights
    schema = options.schema
    layouts = options.layouts
    assumesStoredStatistics = options.assumesStoredStatistics
    plannedGraph = plan.graph
    var stored: [String: Int] = [:]
    for layer in weights.layers where !layer.blobs.isEmpty { stored[layer.name] = layer.index }
    self.stored = stored
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
    let net = WorkingNet(
      before, weights: weights, layouts: layouts, schema: schema,
      assumesStoredStatistics: assumesStoredStatistics, shapes: ForwardShapes(schema: schema))
    var shapes = [[Int]?](repeating: nil, count: inputs.count)
    for (value, input) in inputs.before where shapes[input] == nil {
      shapes[input] = net.knownShape(of: value)
    }
    let known = shapes.compactMap(\.self)
    return known.count == inputs.count ? known : nil
  }

  /// The layers as they were.
  func before(_ site: RewriteSite) throws(LayerError) -> SiteSide {
    var steps: [SiteSide.Step] = []
    for layer in site.before {
      let definition = before.definition.layers[layer.index]
      if let known = meaning(layer, of: layer, in: before, before[layer]) {
        steps.append(known)
        continue
      }
      steps.append(try step(layer, definition, before[layer], blobs: storedBlobs(definition.name)))
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
    if let known = meaning(layer, of: old, in: plannedGraph, after[layer]) { return known }
    // Weights bind by name; a layer that is renamed takes its blobs along.
    let name = old.index < before.layers.count ? before[old].name : after[layer].name
    let blobs = changes[old]?.blobs ?? storedBlobs(name)
    return try step(layer, after.definition.layers[layer.index], after[layer], blobs: blobs)
  }

  /// A layer of a type that the executor does not know, or that a layout of the user describes, as its layout says; nil where
  /// it has none.
  private func meaning(
    _ id: LayerID, of original: LayerID, in graph: NetGraph, _ layer: NetGraph.Layer
  ) -> SiteSide.Step? {
    guard layouts.sayWhatComputes(layer.type) else { return nil }
    let net = WorkingNet(
      graph, weights: weights, layouts: layouts, schema: schema,
      assumesStoredStatistics: assumesStoredStatistics)
    guard let meaning = LayerMeaning(of: original, in: net, limits: SiteSide.limits) else { return nil }
    return SiteSide.Step(
      id: id, layer: meaning.layer, subject: LayerSubject(name: layer.name, type: layer.type),
      bottoms: layer.bottoms, tops: layer.tops,
      blobs: meaning.blobs.map { .values($0.values, shape: $0.shape, storage: .double) })
  }

  private func storedBlobs(_ name: String) -> [BlobContent] {
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
