import CaffeIO
import Diagnostics

/// What the graph is asked.
extension NetGraph {
  /// The layer.
  package subscript(id: LayerID) -> Layer { layers[id.index] }

  /// The value.
  package subscript(id: ValueID) -> Value { values[id.index] }

  /// The layers that the phase has and no rewrite has removed, in the order of the file.
  package var liveLayers: some Sequence<LayerID> {
    writtenLayers.lazy.filter { layers[$0.index].isIncluded }
  }

  /// The layers that no rewrite has removed, those of other phases among them, in the order of the file.
  package var writtenLayers: some Sequence<LayerID> {
    LayerSequence(order, layerCount: definition.layers.count).lazy.filter { layers[$0.index].isAlive }
  }

  /// The layers that the text will have, in its order; those that the phase leaves out included.
  package var emissionOrder: [LayerID] {
    // The old syntaxes have no Input layers; it becomes an input of the net.
    let hasInputs = definition.generation == .v2
    return writtenLayers.filter { hasInputs || self[$0].type != "Input" }
  }

  /// The text of a layer; nil for one that a rewrite has made.
  package func definition(of id: LayerID) -> LayerDefinition? {
    id.index < definition.layers.count ? definition.layers[id.index] : nil
  }

  /// The name a value is stored under now.
  package func blobName(of value: ValueID) -> Name { blobs[root(of: values[value.index].blob)].name }

  /// Whether values are stored under these names, in this order.
  package func areNamed(_ values: [ValueID], _ names: [Name]) -> Bool {
    guard values.count == names.count else { return false }
    for (value, name) in zip(values, names) {
      guard blobs[root(of: self.values[value.index].blob)].name == name else { return false }
    }
    return true
  }

  /// Whether nobody reads the value: Caffe returns it from the net.
  package func isNetOutput(_ value: ValueID) -> Bool {
    values[value.index].isAlive && values[value.index].uses.count == 0
  }

  /// Whether a value is given to the net: declared by `input:`, or made by a layer of type Input.
  package func isNetInput(_ value: ValueID) -> Bool {
    guard let producer = values[value.index].producer else {
      return definition.inputs.contains(blobName(of: value))
    }
    return layers[producer.index].type == "Input"
  }

  /// How many values are given to the net.
  var netInputCount: Int {
    layers.reduce(definition.inputs.count) {
      $1.isAlive && $1.isIncluded && $1.type == "Input" ? $0 + $1.tops.count : $0
    }
  }

  func root(of blob: Int) -> Int {
    var blob = blob
    while blobs[blob].parent != blob { blob = blobs[blob].parent }
    return blob
  }
}
