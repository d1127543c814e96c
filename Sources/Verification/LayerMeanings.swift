import CaffeIO
import Definitions
import Diagnostics
import Engine
import Layers
import RuleModel

/// What computes the layers of a net that the executor does not know: definitions first, then blob layouts.
struct LayerMeanings {
  /// By the layer's name, what computes it.
  private(set) var layers: [Name: any LayerDescription] = [:]
  /// By the layer's name, why no definition describes it.
  private(set) var obstacles: [Name: LayerError] = [:]
  /// By the layer's name, the blobs in the place of those of the file.
  private(set) var blobs: [Name: [NetValue<Double>]] = [:]

  /// Those of a net.
  ///
  /// - Throws: `NetError` for a net without sense, `DiagnosticError` for built-in definitions that are wrong.
  init(
    _ definition: NetDefinition, state: NetState, schema: Schema, weights: WeightsFile?,
    layouts: [BlobLayout], definitions: [TypeDefinition], shapes: [Name: [Int]]
  ) throws {
    let types = Set(definition.layers.map(\.type))
    let described = types.filter(layouts.sayWhatComputes)
    let stored = Set((weights?.layers ?? []).lazy.filter { !$0.blobs.isEmpty }.map(\.name))
    let lacksBlobs = definition.layers.contains { layer in
      LayerRegistry.facts(ofType: layer.type)?.blobs == .scale && !stored.contains(layer.name)
    }
    // A definition of the user's may stand for layers of a known type with fields that nobody else understands.
    let isDefined = types.contains { type in
      !LayerRegistry.knows(type) || definitions.contains { $0.types.contains(type) }
    }
    guard !described.isEmpty || lacksBlobs || isDefined else { return }
    let net = WorkingNet(
      try NetGraph(definition, state: state), weights: weights, layouts: layouts, schema: schema)
    net.setShapes(ofInputs: shapes)
    for id in net.graph.liveLayers where described.contains(net.graph[id].type) || net.isAbsorbed(id) {
      guard let meaning = LayerMeaning(of: id, in: net) else { continue }
      let name = net.graph[id].name
      if let obstacle = (meaning.layer as? ExpandedLayer)?.obstacle(of: id, in: net) {
        obstacles[name] = obstacle
        continue
      }
      layers[name] = meaning.layer
      blobs[name] = meaning.blobs
    }
    guard isDefined else { return }
    // A layer of a known type in a form that only a definition of the user describes.
    for id in net.graph.liveLayers {
      let subject = LayerSubject(name: net.graph[id].name, type: net.graph[id].type)
      guard layers[subject.name] == nil, obstacles[subject.name] == nil, !net.canRun(id) else { continue }
      if let expanded = ExpandedLayer(id, of: net) {
        obstacles[subject.name] = expanded.obstacle(of: id, in: net)
        if obstacles[subject.name] == nil { layers[subject.name] = expanded }
      } else if !LayerRegistry.knows(subject.type), let why = net.objectionToMeanings(of: id) {
        obstacles[subject.name] = LayerError(subject, .definition(why))
      }
    }
    let defined = DefinedLayers(net, weights: weights, DefinitionSet(adding: definitions))
    for (name, obstacle) in defined.obstacles where layers[name] == nil { obstacles[name] = obstacle }
    for (name, layer) in defined.byName {
      layers[name] = layer
      blobs[name] = nil
    }
  }
}

extension ExpandedLayer {
  /// Why the layer cannot be run, as far as the shapes of its bottoms tell: its definition has a layer of an unknown type, or one whose own
  /// definition does not describe it.
  ///
  /// Nil for wrong parameters, and for layers of types that the executor knows: there the run ends with the error.
  fileprivate func obstacle(of id: LayerID, in net: WorkingNet) -> LayerError? {
    guard !LayerRegistry.knows(net.graph[id].type) else { return nil }
    let shapes = net.graph[id].bottoms.compactMap(net.knownShape)
    guard shapes.count == net.graph[id].bottoms.count else { return nil }
    do throws(LayerError) {
      _ = try outputShapes(shapes)
      return nil
    } catch {
      return error.isUnsupported && !error.isBlobCount ? error : nil
    }
  }
}
