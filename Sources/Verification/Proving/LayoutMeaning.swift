import CaffeIO
import Diagnostics
import Engine
import Forward
import Rules

/// Layers that the executor does not know, computed as their blob layout says.
///
/// A layout says that a layer computes y = scale·x + shift per channel, and where its numbers are. That is all that is
/// needed to run it: the net is given to the executor with a Scale in the layer's place.
struct LayoutMeaning {
  /// A type that neither the executor nor a layout knows.
  struct UnknownType: Error {
    var type: String
  }

  /// The net that computes what `graph` does, in types that the executor knows.
  ///
  /// - Parameters:
  ///   - graph: the net, perhaps rewritten.
  ///   - definition: its text as it stands.
  /// - Throws: `UnknownType`; `InvalidInstance` where the layout does not fit the layer's numbers.
  static func runner(
    of graph: NetGraph, definition: NetDefinition, weights: WeightsFile, layouts: [BlobLayout]
  ) throws -> NetRunner {
    let net = WorkingNet(graph, weights: weights, layouts: layouts)
    var blobs: [String: [NetValue<Double>]] = [:]
    var meanings: [String: NewTextField] = [:]
    for id in graph.liveLayers {
      let layer = graph[id]
      if LayerRegistry.layers[layer.type] == nil {
        guard layouts.contains(where: { $0.types.accepts(layer.type) }) else {
          throw UnknownType(type: layer.type)
        }
        guard let affine = try? net.affine(of: id), let scale = affine.scale else {
          throw InvalidInstance.shapes
        }
        let shape = affine.axisCount == 0 ? [] : [scale.count]
        let shift = affine.shift ?? Array(repeating: 0, count: scale.count)
        guard shape.product == scale.count, shift.count == scale.count else { throw InvalidInstance.shapes }
        blobs[layer.name] = [NetValue(shape: shape, values: scale), NetValue(shape: shape, values: shift)]
        meanings[layer.name] = Self.scale(layer, graph, axis: affine.axis, axisCount: affine.axisCount)
      } else if let content = try? net.blobs(of: id) {
        blobs[layer.name] = try content.map {
          NetValue(shape: $0.shape, values: try net.values(of: $0, layer: id))
        }
      }
    }
    var known = definition
    if !meanings.isEmpty {
      var editor = TextEditor(definition.document)
      for layer in definition.layers {
        if let meaning = meanings[layer.name] { editor.replace(layer.field, with: [meaning]) }
      }
      known = try NetDefinition(
        TextDocument(SourceText(path: definition.document.source.path, bytes: editor.edited())))
    }
    return try NetRunner(known, state: graph.state, parameters: GivenParameters(blobs))
  }

  private static func scale(
    _ layer: NetGraph.Layer, _ graph: NetGraph, axis: Int, axisCount: Int
  ) -> NewTextField {
    var fields = [
      NewTextField(name: "name", value: .string(layer.name)),
      NewTextField(name: "type", value: .string("Scale")),
    ]
    fields += layer.bottoms.map { NewTextField(name: "bottom", value: .string(graph.blobName(of: $0))) }
    fields += layer.tops.map { NewTextField(name: "top", value: .string(graph.blobName(of: $0))) }
    let parameters = [
      NewTextField(name: "bias_term", value: .literal("true")),
      NewTextField(name: "axis", value: .literal(String(axis))),
      NewTextField(name: "num_axes", value: .literal(String(axisCount))),
    ]
    fields.append(NewTextField(name: "scale_param", value: .message(parameters)))
    return NewTextField(name: "layer", value: .message(fields))
  }
}
