import CaffeIO
import Layers

/// A layer as ``LayerRegistry`` describes it by its parameters; its blobs are not looked at.
struct DescribedLayer {
  /// What holds for every layer of the type; nil for a type that nobody describes.
  var facts: LayerFacts?
  /// The description; nil for a type that nobody describes, and for parameters that cannot be used.
  var layer: (any LayerDescription)?
  /// Why there is no description.
  var obstacle: LayerError?
  /// Fields that nobody understands.
  var unexplained: [UnexplainedField] = []

  /// Whether all of the layer is understood.
  var isUnderstood: Bool { layer != nil && unexplained.isEmpty }
}

/// The descriptions of a net's layers, each made once as long as its parameters stay.
struct DescribedLayers {
  private struct Entry {
    var attributes: [LayerChange.Attribute]
    var bottoms: Int
    var tops: Int
    var described: DescribedLayer
  }

  private var known: [LayerID: Entry] = [:]
  /// The first parameter found that has a value of the wrong kind.
  private(set) var malformed: NetError?

  /// The description of a layer as its parameters stand.
  mutating func layer(_ id: LayerID, in graph: NetGraph, schema: Schema) -> DescribedLayer {
    let layer = graph.layers[id.index]
    let parameters = graph.parameters(of: id)
    // The fields of a layer that a rule has written are not compared.
    guard parameters.change?.replacement == nil else { return describe(layer, parameters, schema) }
    let attributes = parameters.change?.attributes ?? []
    if let entry = known[id], entry.bottoms == layer.bottoms.count, entry.tops == layer.tops.count,
      entry.attributes == attributes
    {
      return entry.described
    }
    let described = describe(layer, parameters, schema)
    known[id] = Entry(
      attributes: attributes, bottoms: layer.bottoms.count, tops: layer.tops.count, described: described)
    return described
  }

  private mutating func describe(
    _ layer: NetGraph.Layer, _ parameters: CurrentParameters, _ schema: Schema
  ) -> DescribedLayer {
    var described = DescribedLayer(facts: LayerRegistry.facts(ofType: layer.type))
    var written = WrittenLayer(
      name: layer.name, type: layer.type, bottomCount: layer.bottoms.count, topCount: layer.tops.count,
      attribute: { path in
        do {
          return try parameters.attribute(path, schema: schema)
        } catch {
          // The description says what is wrong with it.
          return parameters.definition?.readableAttribute(path, schema: schema)
        }
      },
      occurrences: { parameters.occurrences(of: $0, field: $1) })
    written.knowsBlobs = false
    if described.facts != nil {
      described.unexplained = parameters.unexplainedFields(type: layer.type, schema: schema)
    }
    do throws(LayerError) {
      described.layer = try LayerRegistry.layer(written)
    } catch {
      described.obstacle = error
      if case .parameter(let field, _, _) = error.reason { noteMalformed(field, parameters, schema) }
    }
    return described
  }

  /// Notes the value of a field if the field cannot have such a value.
  private mutating func noteMalformed(_ field: String, _ parameters: CurrentParameters, _ schema: Schema) {
    do throws(NetError) {
      _ = try parameters.attribute(field.split(separator: ".").map(String.init), schema: schema)
    } catch {
      malformed = malformed ?? error
    }
  }
}

extension WorkingNet {
  /// The description of a layer as its parameters stand.
  func described(_ layer: LayerID) -> DescribedLayer {
    let described = descriptions.layer(layer, in: graph, schema: schema)
    malformed = malformed ?? descriptions.malformed
    return described
  }

  /// The description of a layer as its parameters stand, where its type is described.
  ///
  /// - Throws: a refusal for parameters that Caffe would not take, or that nobody here supports.
  func usable(_ layer: LayerID) throws(Refusal.Reason) -> DescribedLayer {
    let described = described(layer)
    if let obstacle = described.obstacle, described.facts != nil {
      throw Refusal.Reason(UnusableParameters(layer: graph.named(layer), error: obstacle))
    }
    return described
  }
}
