import CaffeIO
import Diagnostics
import Layers
import RuleModel

/// The layers that one layer becomes, as a net of their own, which is described and run like any other net.
package struct ExpandedNet {
  /// The net. Its blobs are those of the layer's own net.
  package let net: WorkingNet
  /// Its layers, in the order in which they compute.
  package let layers: [LayerID]
  /// Its inputs: the bottoms of the layer at the places `readBottoms`.
  package let bottoms: [ValueID]
  /// Its outputs: the tops of the layer.
  package let tops: [ValueID]

  init(_ expansion: LayerExpansion, of layer: LayerID, in outer: WorkingNet) throws(Refusal.Reason) {
    let shapes = outer.graph[layer].bottoms.map(outer.knownShape)
    let known = shapes.compactMap(\.self)
    var text = ""
    for place in shapes.indices { text += "input: \"b\(place)\"\n" }
    // Caffe requires a shape for every input or for none.
    for shape in known where known.count == shapes.count {
      text += "input_shape { \(shape.map { "dim: \($0)" }.joined(separator: " ")) }\n"
    }
    func name(_ source: LayerExpansion.Source) -> String {
      switch source {
      case .bottom(let place): "b\(place)"
      case .top(let part, let index): "v\(part)_\(index)"
      }
    }
    for (number, part) in expansion.parts.enumerated() {
      text += "layer { name: \"\(number)\" type: \"\""
      for bottom in part.bottoms { text += " bottom: \"\(name(bottom))\"" }
      for index in 0..<part.topCount { text += " top: \"\(name(.top(part: number, index: index)))\"" }
      text += " }\n"
    }
    var graph: NetGraph
    do {
      let document = try TextDocument(SourceText(path: "", bytes: Array(text.utf8)))
      graph = try NetGraph(NetDefinition(document), state: outer.graph.state)
    } catch {
      throw Refusal.Reason(EvaluationFailed(error: error))
    }
    layers = expansion.parts.indices.map { LayerID(index: $0) }
    for (id, part) in zip(layers, expansion.parts) {
      graph.setType(of: id, to: part.type)
      graph.updateChange(of: id) { change in
        change.replacement = part.fields
        change.blobs = part.blobs
      }
    }
    var values = Dictionary(
      graph.layers.flatMap { $0.bottoms + $0.tops }.map { (graph.blobName(of: $0), $0) }
    ) { first, _ in first }
    // The graph has values only for inputs that a layer reads; a top can be a bottom that no part reads.
    for source in expansion.tops where values[Name(name(source))] == nil {
      let input = graph.makeBlob(named: Name(name(source)), isInput: true)
      values[Name(name(source))] = graph.makeValue(blob: input, producer: nil)
    }
    func value(_ source: LayerExpansion.Source) -> ValueID? { values[Name(name(source))] }
    bottoms = shapes.indices.compactMap { value(.bottom($0)) }
    tops = expansion.tops.compactMap(value)
    readBottoms = shapes.indices.filter { value(.bottom($0)) != nil }
    net = WorkingNet(
      graph, weights: outer.weights, layouts: outer.layouts, schema: outer.schema,
      assumesStoredStatistics: outer.assumesStoredStatistics)
    net.expansionDepth = outer.expansionDepth + 1
    net.expansionAllowance = outer.expansionAllowance / max(expansion.parts.count, 1)
    for (place, value) in zip(readBottoms, bottoms) {
      if let shape = shapes[place] { net.setShape(shape, of: value) }
    }
  }

  /// The places of those bottoms of the layer that its parts read or that are its tops.
  package let readBottoms: [Int]
}

extension ExpandedNet {
  /// The shapes of the layer's tops.
  func topShapes() throws(Refusal.Reason) -> [[Int]] {
    var shapes: [[Int]] = []
    for top in tops { shapes.append(try net.shape(of: top, at: layers.last ?? LayerID(index: 0))) }
    return shapes
  }
}

extension WorkingNet {
  /// What a layer becomes by the definition of its type in Caffe layers, as a net.
  ///
  /// - Throws: a refusal where no definition describes the layer in Caffe layers, or where the definition fails.
  package func expandedNet(of layer: LayerID) throws(Refusal.Reason) -> ExpandedNet {
    try ExpandedNet(expansion(of: layer), of: layer, in: self)
  }
}
