import CaffeIO
import Diagnostics

/// Identifies a layer of a `NetGraph`; layers of the definition keep their index in the file, those that rewrites make
/// come behind them.
package struct LayerID: Hashable, Sendable, Comparable {
  // A text has less than 2³² bytes, so fewer layers. Nets of a million layers hold many of these.
  private let stored: UInt32

  /// Identifies the layer at a position.
  package init(index: Int) { stored = UInt32(index) }

  /// Position in `NetGraph.layers`.
  package var index: Int { Int(stored) }

  /// Definition order; where a new layer stands says `NetGraph.order`.
  package static func < (a: LayerID, b: LayerID) -> Bool { a.stored < b.stored }
}

/// Identifies a value: one version of a blob.
package struct ValueID: Hashable, Sendable {
  private let stored: UInt32

  /// Identifies the value at a position.
  package init(index: Int) { stored = UInt32(index) }

  /// Position in `NetGraph.values`.
  package var index: Int { Int(stored) }
}

/// The net of one phase in SSA form: layers connected by values instead of blob names.
///
/// A layer whose top is its own bottom (in place) makes a new *value* under the old name, so looking
/// something up can never find what lies behind a ReLU on the same blob. Values that share memory and name
/// this way form a *blob*; renaming is done per blob.
///
/// Layers that the phase excludes are listed but connected to nothing.
package struct NetGraph: Sendable {
  /// One layer.
  package struct Layer: Sendable {
    /// The name in the file.
    package var name: Name
    /// The type by its present name.
    package internal(set) var type: String
    /// The number of that type: `NetGraph.types`.
    var typeID: Int
    /// Values read, in order.
    package var bottoms: [ValueID]
    /// Values written, in order.
    package var tops: [ValueID]
    /// False for a layer that the phase leaves out.
    package var isIncluded: Bool
    /// False once a rewrite has removed it.
    package var isAlive = true
    /// Where its bottoms stand in `NetGraph.uses`: one entry for each, in order.
    var firstUse = 0

    /// Whether the net has the layer, as it stands.
    var isLive: Bool { isAlive && isIncluded }
  }

  /// One value.
  package struct Value: Sendable {
    /// The blob whose version this is (a handle: see `blobName(of:)`).
    var blob: Int
    /// The layer that writes it; nil for a net input, or a name that no layer writes.
    package var producer: LayerID?
    /// Who reads it.
    var uses = UseList()
    /// The version that an in-place layer made this one from.
    package var previous: ValueID?
    /// The in-place layer that makes another version from this one.
    var overwriter: LayerID?
    /// Removed together with its producer.
    package var isAlive = true
  }

  /// A name and everything stored under it; union–find, because a bypass joins two.
  struct Blob {
    var parent: Int
    var size = 1
    /// Valid at the root.
    var name: Name
    /// The interface of the net: the name must stay, whatever is folded. Valid at the root.
    var isInput: Bool
    /// The versions up to this one are read by none but the layers that overwrite them. Valid at the root.
    var soleReadersUpTo: ValueID?
  }

  /// The definition that the graph was made from.
  package let definition: NetDefinition
  /// The phase, level and stages that it was filtered by.
  package let state: NetState
  /// Layers by `LayerID`, those of the definition first; removed ones stay with `isAlive` false.
  package internal(set) var layers: [Layer] = []
  /// Where the layers stand that rewrites have made.
  var order = LayerOrder()
  /// How many layers the phase has that no rewrite has removed.
  var liveLayerCount = 0
  /// Values by `ValueID`.
  package internal(set) var values: [Value] = []
  /// Names and what is stored under them.
  var blobs: [Blob] = []
  /// Every bottom of every layer, linked to the other readers of its value.
  var uses: [Use] = []
  /// What a rewrite has changed on a layer, apart from its connections.
  package internal(set) var changes: LayerTable<LayerChange>
  /// Names read although no layer or input writes them.
  package internal(set) var undefinedBlobs: [(blob: Name, layer: LayerID)] = []
  /// Their names.
  var undefinedNames: Set<Name> = []
  /// How many included layers have each name that occurs more than once.
  package private(set) var repeatedNames: [Name: Int] = [:]
  /// The included layers that share parameter blobs under a name; only names with several layers.
  package private(set) var parameterSharers: [Name: [LayerID]] = [:]
  /// The types of all layers, by `Layer.typeID`.
  var types = TypeNumbers()
  /// Old states to go back to, newest last; empty outside a transaction.
  var journal: [JournalEntry] = []
  /// Whether a transaction is going on.
  var isRecording = false
  /// Blob names that are or were in use; collected when the first new one is needed.
  var usedBlobNames: Set<Name>?
  /// The layers that have or had a name; collected when the first new one is needed.
  var layersByName: [Name: [LayerID]]?

  /// Filters `definition` by `state` and connects what is left.
  ///
  /// - Throws: `NetError` for malformed phase rules.
  package init(_ definition: NetDefinition, state: NetState) throws(NetError) {
    // Net::Net adds the command's stages to the file's own.
    let merged = state.merged(with: definition.state)
    self.definition = definition
    self.state = merged
    changes = LayerTable(layerCount: definition.layers.count)
    layers.reserveCapacity(definition.layers.count)
    values.reserveCapacity(definition.layers.count + definition.inputs.count)
    uses.reserveCapacity(definition.layers.count)
    blobs.reserveCapacity(definition.layers.count)

    var connections = Connections(capacity: definition.layers.count)
    for input in definition.inputs {
      connections.write(makeValue(blob: makeBlob(named: input, isInput: true), producer: nil), to: input)
    }
    let definitions = definition.layers
    for index in definitions.indices {
      try connect(definitions[index], at: index, merged, definition.document, &connections)
    }
    liveLayerCount = layers.count(where: \.isLive)
    parameterSharers = connections.sharers.filter { $0.value.count > 1 }
  }

  /// What the layers that come are connected to.
  private struct Connections {
    /// The version of each blob that is read now.
    private var current: [Name: ValueID]
    private var layerNames: Set<Name>
    /// The layers that share parameter blobs under a name.
    var sharers: [Name: [LayerID]] = [:]

    init(capacity: Int) {
      current = Dictionary(minimumCapacity: capacity)
      layerNames = Set(minimumCapacity: capacity)
    }

    /// From here on `value` is the version of a blob that is read.
    mutating func write(_ value: ValueID, to blob: Name) { current[blob] = value }

    /// The version of a blob that is read now; one that `make` gives, where there is none.
    mutating func value(of blob: Name, make: () -> ValueID) -> ValueID {
      if let known = current[blob] { return known }
      let value = make()
      current[blob] = value
      return value
    }

    /// Notes that a layer is called so; true if another one was before.
    mutating func isRepeated(layerName: Name) -> Bool { !layerNames.insert(layerName).inserted }
  }

  /// Adds the next layer of the definition.
  private mutating func connect(
    _ layer: borrowing LayerDefinition, at index: Int, _ state: NetState, _ document: TextDocument,
    _ connections: inout Connections
  ) throws(NetError) {
    let id = LayerID(index: index)
    let typeID = types.number(of: layer.type)
    guard try layer.isIncluded(in: state, of: document) else {
      layers.append(
        Layer(
          name: layer.name, type: layer.type, typeID: typeID, bottoms: [], tops: [], isIncluded: false))
      return
    }
    if connections.isRepeated(layerName: layer.name) { repeatedNames[layer.name, default: 1] += 1 }
    for case let name? in layer.hasParameterSpecs ? layer.sharedParameterNames : []
    where connections.sharers[name]?.last != id {
      connections.sharers[name, default: []].append(id)
    }
    var bottoms: [ValueID] = []
    bottoms.reserveCapacity(layer.bottoms.count)
    for name in layer.bottoms {
      bottoms.append(
        connections.value(of: name) {
          undefinedBlobs.append((name, id))
          undefinedNames.insert(name)
          return makeValue(blob: makeBlob(named: name, isInput: true), producer: nil)
        })
    }
    let firstUse = uses.count
    for bottom in bottoms { appendUse(of: bottom, by: id) }
    var tops: [ValueID] = []
    tops.reserveCapacity(layer.tops.count)
    for (position, name) in layer.tops.enumerated() {
      // Net::AppendTop: in place means the same name at the same position.
      let isInPlace = position < layer.bottoms.count && layer.bottoms[position] == name
      let previous = isInPlace ? bottoms[position] : nil
      let blob = previous.map { values[$0.index].blob } ?? makeBlob(named: name, isInput: bottoms.isEmpty)
      let value = makeValue(blob: blob, producer: id)
      values[value.index].previous = previous
      if let previous { values[previous.index].overwriter = id }
      connections.write(value, to: name)
      tops.append(value)
    }
    layers.append(
      Layer(
        name: layer.name, type: layer.type, typeID: typeID, bottoms: bottoms, tops: tops, isIncluded: true,
        firstUse: firstUse))
  }

  mutating func makeBlob(named name: Name, isInput: Bool) -> Int {
    blobs.append(Blob(parent: blobs.count, name: name, isInput: isInput))
    return blobs.count - 1
  }

  mutating func makeValue(blob: Int, producer: LayerID?) -> ValueID {
    values.append(Value(blob: blob, producer: producer))
    return ValueID(index: values.count - 1)
  }
}

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

  /// The parameters of a layer as they stand.
  func parameters(of layer: LayerID) -> CurrentParameters {
    CurrentParameters(definition: definition(of: layer), change: changes[layer])
  }

  /// The value of a parameter if the definition or a rewrite gives it.
  ///
  /// - Throws: `NetError` for a value that is not of the kind the parameter has.
  func writtenAttribute(
    _ path: [String], of layer: LayerID, schema: Schema
  ) throws(NetError) -> AttributeValue? {
    try parameters(of: layer).attribute(path, schema: schema)
  }
}
