import CaffeIO
import Diagnostics
import Layers

/// A layer as ``LayerRegistry`` describes it by its parameters; its blobs are not looked at.
final class DescribedLayer: Sendable {
  /// What holds for every layer of the type; nil for a type that nobody describes.
  let facts: LayerFacts?
  /// The description; nil for a type that nobody describes, and for parameters that cannot be used.
  let layer: (any LayerDescription)?
  /// Why there is no description.
  let obstacle: LayerError?
  /// Fields that nobody understands.
  let unexplained: [UnexplainedField]

  fileprivate init(
    facts: LayerFacts?, _ layer: Result<any LayerDescription, LayerError>, unexplained: [UnexplainedField]
  ) {
    self.facts = facts
    self.unexplained = unexplained
    switch layer {
    case .success(let layer): (self.layer, obstacle) = (layer, nil)
    case .failure(let error): (self.layer, obstacle) = (nil, error)
    }
  }

  /// Whether all of the layer is understood.
  var isUnderstood: Bool { layer != nil && unexplained.isEmpty }
}

/// The descriptions of a net's layers, each made once as long as its parameters stay.
struct DescribedLayers {
  private struct Entry {
    var name: Name
    var attributes: [LayerChange.Attribute]
    var type: String
    var bottoms: Int
    var tops: Int
    var described: DescribedLayer
  }

  /// By layer.
  private var known: [Entry?] = []
  /// The first parameter found that has a value of the wrong kind.
  private(set) var malformed: NetError?

  /// The description of a layer as its parameters stand.
  mutating func layer(
    _ id: LayerID, _ layer: NetGraph.Layer, _ parameters: CurrentParameters, schema: Schema
  ) -> DescribedLayer {
    // The fields of a layer that a rule has written are not compared.
    guard parameters.change?.replacement == nil else { return describe(layer, parameters, schema) }
    let attributes = parameters.change?.attributes ?? []
    if id.index < known.count, let entry = known[id.index], entry.bottoms == layer.bottoms.count,
      entry.tops == layer.tops.count, entry.type == layer.type, entry.name == layer.name,
      entry.attributes == attributes
    {
      return entry.described
    }
    let described = describe(layer, parameters, schema)
    while known.count <= id.index { known.append(nil) }
    known[id.index] = Entry(
      name: layer.name, attributes: attributes, type: layer.type, bottoms: layer.bottoms.count,
      tops: layer.tops.count, described: described)
    return described
  }

  private mutating func describe(
    _ layer: NetGraph.Layer, _ parameters: CurrentParameters, _ schema: Schema
  ) -> DescribedLayer {
    let facts = LayerRegistry.facts(ofType: layer.type)
    let written = Self.written(layer, parameters, schema)
    let described = DescribedLayer(
      facts: facts, Result { () throws(LayerError) in try LayerRegistry.layer(written) },
      unexplained: facts.map { parameters.unexplainedFields(of: $0, schema: schema) } ?? [])
    if case .parameter(let field, _, _)? = described.obstacle?.reason {
      noteMalformed(field, parameters, schema)
    }
    return described
  }

  /// A layer as its description is made of it, without its blobs.
  static func written(
    _ layer: NetGraph.Layer, _ parameters: CurrentParameters, _ schema: Schema
  ) -> WrittenLayer {
    let absence = LayerRegistry.facts(ofType: layer.type).map { parameters.absence(in: $0.parameters) }
    var written = WrittenLayer(
      name: layer.name, type: layer.type, bottomCount: layer.bottoms.count, topCount: layer.tops.count,
      attribute: { path in
        if let absence, absence.isCertain(of: path) { return nil }
        do {
          return try parameters.attribute(path, schema: schema)
        } catch {
          // The description says what is wrong with it.
          return parameters.definition?.readableAttribute(path, schema: schema)
        }
      },
      occurrences: { parameters.occurrences(of: $0, field: $1) })
    written.knowsBlobs = false
    return written
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
    let described = descriptions.layer(
      layer, graph.layers[layer.index], graph.parameters(of: layer), schema: schema)
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
