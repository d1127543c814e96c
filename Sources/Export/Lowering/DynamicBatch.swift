import Definitions
import Layers
import OnnxIO

extension LoweredNet {
  /// Lets the first axis of all inputs have any size, where the graph says the same for another one.
  ///
  /// - Parameters:
  ///   - symbol: what the size is called.
  ///   - other: the same net, made for a batch of another size.
  /// - Throws: `LoweringError` for the first layer whose operators or constants are others.
  package mutating func takeDynamicBatch(_ symbol: String, comparing other: LoweredNet) throws {
    let constants = Dictionary(graph.initializers.map { ($0.name, $0) }) { first, _ in first }
    let others = Dictionary(other.graph.initializers.map { ($0.name, $0) }) { first, _ in first }
    var rest = graph.nodes[...]
    var restOfOther = other.graph.nodes[...]
    for layer in layers {
      let count = layer.operators.count
      // Casts of constants stand before the layer's own operators.
      let own = Self.take(count, from: &rest, constants)
      let theirs = Self.take(count, from: &restOfOther, others)
      guard own.count == theirs.count,
        zip(own, theirs).allSatisfy({ Self.areEqual($0, $1, constants, others, blobConstants) })
      else { throw LoweringError(layer.subject, .dependsOnBatch) }
    }
    Self.free(&graph.inputs, symbol, other.graph.inputs)
    Self.free(&graph.outputs, symbol, other.graph.outputs)
    Self.free(&graph.values, symbol, other.graph.values)
  }

  /// The next nodes, until so many of them are no casts of constants.
  private static func take(
    _ count: Int, from nodes: inout ArraySlice<OnnxNode>, _ constants: [String: OnnxInitializer]
  ) -> [OnnxNode] {
    var taken: [OnnxNode] = []
    var left = count
    while left > 0, let node = nodes.popFirst() {
      if !(node.type == "Cast" && constants[node.inputs[0]] != nil) { left -= 1 }
      taken.append(node)
    }
    return taken
  }

  private static func areEqual(
    _ a: OnnxNode, _ b: OnnxNode, _ constants: [String: OnnxInitializer],
    _ others: [String: OnnxInitializer], _ blobs: Set<String>
  ) -> Bool {
    guard a.type == b.type, a.inputs == b.inputs, a.outputs == b.outputs, a.attributes == b.attributes else {
      return false
    }
    return a.inputs.allSatisfy { name in
      guard let own = constants[name] else { return others[name] == nil }
      guard let other = others[name], own.shape == other.shape, own.elementType == other.elementType else {
        return false
      }
      // A blob of the net is the same whatever the batch.
      return blobs.contains(name) || bytes(of: own) == bytes(of: other)
    }
  }

  private static func bytes(of constant: OnnxInitializer) -> [UInt8]? { try? constant.source.allBytes() }

  private static func free(_ values: inout [OnnxValue], _ symbol: String, _ others: [OnnxValue]) {
    for (index, other) in others.enumerated() where values.indices.contains(index) {
      guard let shape = values[index].shape, let otherShape = other.shape, shape.count == otherShape.count
      else {
        continue
      }
      values[index].shape = zip(shape, otherShape).enumerated().map { axis, sizes in
        sizes.0 == sizes.1 ? sizes.0 : axis == 0 && sizes.0 == .known(2) ? .symbol(symbol) : .unknown
      }
    }
  }
}
