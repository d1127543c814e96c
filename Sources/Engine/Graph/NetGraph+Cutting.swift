import CaffeIO
import Diagnostics

/// A part of a net as a net of its own.
extension NetGraph {
  /// The last version of a blob, which layers behind all others would read; nil where nothing makes a blob of this name.
  package func lastValue(named name: Name) -> ValueID? {
    for id in liveLayers.reversed() {
      for top in layers[id.index].tops.reversed() where blobName(of: top) == name { return top }
    }
    guard definition.inputs.contains(name) else { return nil }
    return values.indices.lazy.map { ValueID(index: $0) }.first {
      values[$0.index].producer == nil && blobName(of: $0) == name
    }
  }

  /// The layers that make values, and those that make what they read, up to the values that are given.
  ///
  /// - Returns: the layers, and those of the given values that are read.
  package func layers(
    making wanted: [ValueID], from given: Set<ValueID>
  ) -> (layers: Set<LayerID>, read: Set<ValueID>) {
    var found: Set<LayerID> = []
    var read: Set<ValueID> = []
    var pending = wanted
    while let value = pending.popLast() {
      if given.contains(value) {
        read.insert(value)
        continue
      }
      guard let producer = values[value.index].producer, found.insert(producer).inserted else { continue }
      pending += layers[producer.index].bottoms
    }
    return (found, read)
  }

  /// Takes all layers out but some, those that the phase leaves out too; an Input layer of a given shape makes each of some values
  /// instead. Of a blob that was written in place, earlier versions that stay get another name.
  ///
  /// - Throws: a refusal where a value cannot go on under its name.
  package mutating func cut(
    to kept: Set<LayerID>, inputs: [(value: ValueID, shape: [Int])]
  ) throws(Refusal.Reason) {
    for index in layers.indices where !layers[index].isIncluded { removeExcluded(LayerID(index: index)) }
    try drop(liveLayers.filter { !kept.contains($0) }, taken: Set(inputs.map(\.value)))
    guard let first = kept.min() else { return }
    for (value, shape) in inputs {
      var name = blobName(of: value)
      while layer(named: name, besides: []) != nil { name = name + "_input" }
      let id = makeLayer(named: name, type: "Input", isBefore: true, first)
      let dimensions = shape.map { NewTextField(name: "dim", value: .literal(String($0))) }
      updateChange(of: id) {
        $0.replacement = [
          NewTextField(
            name: "input_param",
            value: .message([NewTextField(name: "shape", value: .message(dimensions))]))
        ]
      }
      try setTops(of: id, to: [.taken(value)], keepsEarlierName: false)
    }
  }

  /// Removes a layer; the readers of its top read its first bottom instead.
  ///
  /// - Throws: a refusal where no choice of blob names is right for all readers. The graph may then be partly changed
  ///   and must be discarded.
  package mutating func shortCut(_ id: LayerID) throws(Refusal.Reason) {
    try bypass(id)
  }
}
