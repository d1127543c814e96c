import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules

/// A net of a proof that can be run, its blobs as the graph has them.
enum InstanceRunner {
  /// A type that neither the executor nor a layout nor a definition knows.
  struct UnknownType: Error {
    var type: String
  }

  /// The net of `graph`, ready to run; layers that the executor does not know are run by their definitions or layouts.
  ///
  /// - Parameters:
  ///   - graph: the net, perhaps rewritten.
  ///   - definition: its text as it stands.
  /// - Throws: `UnknownType`; `InvalidInstance` where no layout and no definition fits a layer.
  static func runner(
    of graph: NetGraph, definition: NetDefinition, weights: WeightsFile, layouts: [BlobLayout],
    defined: DefinedTypes
  ) throws -> NetRunner {
    let net = WorkingNet(graph, weights: weights, layouts: layouts)
    var blobs: [Name: [NetValue<Double>]] = [:]
    var substitutes: [Name: any LayerDescription] = [:]
    let isDefined = graph.liveLayers.contains { defined.definition(ofType: graph[$0].type) != nil }
    let definedLayers =
      isDefined
      ? defined.layers(of: WorkingNet(graph, weights: weights, layouts: layouts), weights: weights) : [:]
    for id in graph.liveLayers {
      let layer = graph[id]
      if let known = definedLayers[id] {
        substitutes[layer.name] = known
      } else if layouts.sayWhatComputes(layer.type), let meaning = LayerMeaning(of: id, in: net) {
        blobs[layer.name] = meaning.blobs
        substitutes[layer.name] = meaning.layer
      } else if !LayerRegistry.knows(layer.type) {
        guard layouts.sayWhatComputes(layer.type) || defined.definition(ofType: layer.type) != nil else {
          throw UnknownType(type: layer.type)
        }
        throw InvalidInstance.undescribed(layer: layer.name, type: layer.type)
      } else if let content = try? net.blobs(of: id) {
        blobs[layer.name] = try content.map {
          NetValue(shape: $0.shape, values: try net.values(of: $0, layer: id))
        }
      }
    }
    return try NetRunner(
      definition, state: graph.state, parameters: GivenParameters(blobs), substitutes: substitutes)
  }
}
