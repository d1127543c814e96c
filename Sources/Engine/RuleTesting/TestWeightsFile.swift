import CaffeIO
import Diagnostics
import Layers
import RuleModel
import Tensors

/// A test gives weights for a layer that its net does not have.
struct UnknownTestLayer: DiagnosticError {
  var layer: String
  var known: [Name]
  var place: SourcePlace

  var diagnostic: Diagnostic {
    let near = Suggestion.clause(for: layer, among: known.map(\.description))
    return Diagnostic(
      .error, at: .text(place), "the net has no layer '\(clipped(layer))' to give weights to\(near)")
  }
}

extension RuleTest {
  /// The weights of the test's net; nil for a test that gives none, whose blobs are assumed to be there.
  ///
  /// A layer that the test does not name has blobs of the shapes that its type describes, with made-up numbers; it has
  /// none where the shapes are not known or too large.
  /// - Throws: `DiagnosticError`, for numbers without a value and layers that the net does not have.
  func weightsFile(_ graph: borrowing NetGraph, of rule: Rule, schema: Schema) throws -> WeightsFile? {
    guard !weights.isEmpty else { return nil }
    let net = WorkingNet(copy graph, weights: nil, layouts: [], schema: schema)
    let names = net.graph.liveLayers.map { net.graph[$0].name }
    for given in weights where !names.contains(Name(given.layer)) {
      throw UnknownTestLayer(layer: given.layer, known: names, place: given.place)
    }
    let arguments = rule.giving(arguments).values
    var layers: [(name: Name, blobs: [NetValue<Double>])] = []
    for id in net.graph.liveLayers {
      let name = net.graph[id].name
      if let given = weights.first(where: { Name($0.layer) == name }) {
        let tensors = try given.tensors(arguments)
        layers.append((name, tensors.map { NetValue(shape: $0.shape, values: $0.values) }))
      } else if let blobs = net.exampleBlobs(of: id) {
        layers.append((name, blobs))
      }
    }
    return try WeightsFile(layers: layers, path: "weights of the test '\(name)'")
  }
}

extension WorkingNet {
  /// Blobs as the layer's type describes them, with made-up numbers; nil where the type has none, and where the shapes
  /// are not known or too large.
  fileprivate func exampleBlobs(of layer: LayerID) -> [NetValue<Double>]? {
    guard let description = described(layer).layer else { return nil }
    var shapes: [[Int]] = []
    for bottom in graph[layer].bottoms {
      guard let shape = try? shape(of: bottom, at: layer) else { return nil }
      shapes.append(shape)
    }
    guard let blobs = try? description.blobs(shapes), !blobs.isEmpty,
      blobs.allSatisfy({ (try? LayerLimits().check($0.shape, ofInput: graph[layer].name)) != nil })
    else { return nil }
    return blobs.map { blob in
      let steps = blob.role.exampleNumbers
      return NetValue(shape: blob.shape, values: (0..<blob.shape.product).map { steps[$0 % steps.count] })
    }
  }
}

extension BlobRole {
  /// Numbers without a pattern that a rule could match by accident; a divisor is 1.
  fileprivate var exampleNumbers: [Double] {
    switch self {
    case .weight, .shift: [0.5, -0.25, 1.5, 0.75, -1]
    case .factor: [2, -1, 0.5]
    case .variance: [3, 1, 0.25]
    case .divisor: [1]
    }
  }
}
