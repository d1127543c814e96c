import CaffeIO
import Diagnostics
import Engine
import Layers
import OnnxIO

/// A net as a graph of ONNX operators.
package struct LoweredNet: Sendable {
  /// What became of one layer.
  package struct Layer: Sendable {
    /// Name and type.
    package var subject: LayerSubject
    /// The operators that it became, in order; none where it passes its bottom on.
    package var operators: [String]
    /// Whether its tops were written as constants.
    package var isConstant: Bool
    /// Whether nothing but its definition says what it computes: the executor cannot run it.
    package var isDefinedAlone = false
    /// How it is a node of its own, which no operators say; nil for any other layer.
    package var kept: KeptLayer?
    /// The places of its operators in the graph.
    var nodes = 0..<0
    /// The names of the values that it reads.
    var bottoms: [String] = []
    /// The names of the values that it makes.
    var tops: [String] = []
  }

  /// A blob of the net, as it stands after the whole net has run.
  package struct Blob: Sendable {
    /// Its name.
    package var name: Name
    /// The name of the value in the graph.
    package var value: String
    /// Whether a rewrite has changed the layer that makes it, or lets another layer make it.
    package var isRewritten: Bool
    /// The blobs that the layer reads.
    package var bottoms: [Name]
  }

  /// The graph; constants read the weights when they are written.
  package var graph: OnnxGraph
  /// The layers in order, without the inputs.
  package var layers: [Layer]
  /// The net's inputs, with the names that they have in the graph.
  package var inputs: [(blob: Name, value: String)]
  /// The net's outputs, with the names that they have in the graph.
  package var outputs: [(blob: Name, value: String)]
  /// The blobs that layers make, in the order of the net.
  package var blobs: [Blob]

  /// The constants that are blobs of the net.
  var blobConstants: Set<String> = []

  /// The operator sets that the graph is of.
  package func opsets(_ opset: Int) -> [(domain: String, version: Int)] {
    [("", opset)] + (layers.contains { $0.kept == .unknown } ? [(KeptLayer.domain, KeptLayer.version)] : [])
  }

  /// How many operators there are, by type, in alphabetical order.
  package var operatorCounts: [(type: String, count: Int)] {
    var counts: [String: Int] = [:]
    for node in graph.nodes { counts[node.nameOfOperator, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension OnnxNode {
  /// The operator, with its domain where that is not ONNX's own.
  var nameOfOperator: String { domain.isEmpty ? type : "\(domain).\(type)" }
}
