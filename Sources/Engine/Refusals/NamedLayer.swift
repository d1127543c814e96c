import Diagnostics

/// A layer as messages call it.
package struct NamedLayer: Sendable, Hashable {
  /// Its name.
  package var name: Name
  /// Its type.
  package var type: String

  /// `ReLU 'relu1'`.
  package var description: String { "\(type) '\(name)'" }

  /// `it` in a sentence about this layer, else its description.
  func mention(about layer: NamedLayer?) -> String { self == layer ? "it" : description }

  /// `its bottom 'x'` in a sentence about this layer, else `bottom 'x' of ReLU 'relu1'`.
  func bottom(_ blob: Name, about layer: NamedLayer?) -> String {
    self == layer ? "its bottom '\(blob)'" : "bottom '\(blob)' of \(description)"
  }

  /// `its mean` in a sentence about this layer, else `the mean of BatchNorm 'bn1'`.
  func possession(_ noun: String, about layer: NamedLayer?) -> String {
    self == layer ? "its \(noun)" : "the \(noun) of \(description)"
  }
}

extension NetGraph {
  /// A layer as messages call it.
  package func named(_ layer: LayerID) -> NamedLayer {
    NamedLayer(name: layers[layer.index].name, type: layers[layer.index].type)
  }
}

/// The layers that read a value, the first few of them by name.
package struct Readers: Sendable {
  /// The first few.
  let first: [NamedLayer]
  /// How many there are.
  let count: Int
  /// The type that all have; nil where they differ, or are too many to be looked at.
  let type: String?

  /// Names the first few of `count` layers.
  init(_ layers: some Sequence<LayerID>, count: Int, in graph: NetGraph) {
    let looked = layers.prefix(64).map(graph.named)
    first = Array(looked.prefix(3))
    self.count = count
    type = looked.count == count && Set(looked.map(\.type)).count == 1 ? looked[0].type : nil
  }

  /// `ReLU 'a' and Pooling 'b'`; of more than three, `5 PriorBox layers ('a', 'b', 'c' and 2 more)`.
  var description: String {
    guard count > first.count else { return Wording.list(first.map(\.description), "and") }
    let shown = first.map { type == nil ? $0.description : "'\($0.name)'" }.joined(separator: ", ")
    return "\(count) \(type.map { "\($0) " } ?? "")layers (\(shown) and \(count - first.count) more)"
  }
}
