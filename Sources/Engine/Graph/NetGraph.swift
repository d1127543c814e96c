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

  /// All there is to a graph, behind one reference: graphs are handed around far more often than they change.
  ///
  /// Safe to share because of `NetGraph.own()`: who changes a graph is the only one who has its contents.
  private final class Contents: @unchecked Sendable {
    let definition: NetDefinition
    let state: NetState
    // Checks of exclusive access at run time would cost more than what they guard; `NetGraph` is a value, whose
    // accesses the compiler checks.
    @exclusivity(unchecked) var layers: [Layer] = []
    @exclusivity(unchecked) var values: [Value] = []
    @exclusivity(unchecked) var blobs: [Blob] = []
    @exclusivity(unchecked) var uses: [Use] = []
    @exclusivity(unchecked) var changes: LayerTable<LayerChange>
    @exclusivity(unchecked) var undefinedBlobs: [(blob: Name, layer: LayerID)] = []
    @exclusivity(unchecked) var repeatedNames: [Name: Int] = [:]
    @exclusivity(unchecked) var parameterSharers: [Name: [LayerID]] = [:]
    @exclusivity(unchecked) var types = TypeNumbers()
    @exclusivity(unchecked) var journal: [JournalEntry] = []
    @exclusivity(unchecked) var isRecording = false
    @exclusivity(unchecked) var order = LayerOrder()
    @exclusivity(unchecked) var usedBlobNames: Set<Name>?
    @exclusivity(unchecked) var layersByName: [Name: [LayerID]]?

    init(_ definition: NetDefinition, _ state: NetState) {
      self.definition = definition
      self.state = state
      changes = LayerTable(layerCount: definition.layers.count)
    }

    init(copying other: Contents) {
      definition = other.definition
      state = other.state
      layers = other.layers
      values = other.values
      blobs = other.blobs
      uses = other.uses
      changes = other.changes
      undefinedBlobs = other.undefinedBlobs
      repeatedNames = other.repeatedNames
      parameterSharers = other.parameterSharers
      types = other.types
      journal = other.journal
      isRecording = other.isRecording
      order = other.order
      usedBlobNames = other.usedBlobNames
      layersByName = other.layersByName
    }
  }

  private var contents: Contents

  private mutating func own() {
    if !isKnownUniquelyReferenced(&contents) { contents = Contents(copying: contents) }
  }

  /// The definition that the graph was made from.
  package var definition: NetDefinition { _read { yield contents.definition } }
  /// The phase, level and stages that it was filtered by.
  package var state: NetState { contents.state }
  /// Layers by `LayerID`, those of the definition first; removed ones stay with `isAlive` false.
  package internal(set) var layers: [Layer] {
    _read { yield contents.layers }
    _modify {
      own()
      yield &contents.layers
    }
  }
  /// Where the layers stand that rewrites have made.
  var order: LayerOrder {
    _read { yield contents.order }
    _modify {
      own()
      yield &contents.order
    }
  }
  /// How many layers the phase has that no rewrite has removed.
  var liveLayerCount = 0
  /// Values by `ValueID`.
  package internal(set) var values: [Value] {
    _read { yield contents.values }
    _modify {
      own()
      yield &contents.values
    }
  }
  /// Names and what is stored under them.
  var blobs: [Blob] {
    _read { yield contents.blobs }
    _modify {
      own()
      yield &contents.blobs
    }
  }
  /// Every bottom of every layer, linked to the other readers of its value.
  var uses: [Use] {
    _read { yield contents.uses }
    _modify {
      own()
      yield &contents.uses
    }
  }
  /// What a rewrite has changed on a layer, apart from its connections.
  package internal(set) var changes: LayerTable<LayerChange> {
    _read { yield contents.changes }
    _modify {
      own()
      yield &contents.changes
    }
  }
  /// Names read although no layer or input writes them.
  package private(set) var undefinedBlobs: [(blob: Name, layer: LayerID)] {
    _read { yield contents.undefinedBlobs }
    _modify {
      own()
      yield &contents.undefinedBlobs
    }
  }
  /// How many included layers have each name that occurs more than once.
  package private(set) var repeatedNames: [Name: Int] {
    _read { yield contents.repeatedNames }
    _modify {
      own()
      yield &contents.repeatedNames
    }
  }
  /// The included layers that share parameter blobs under a name; only names with several layers.
  package private(set) var parameterSharers: [Name: [LayerID]] {
    _read { yield contents.parameterSharers }
    _modify {
      own()
      yield &contents.parameterSharers
    }
  }
  /// The types of all layers, by `Layer.typeID`.
  var types: TypeNumbers {
    _read { yield contents.types }
    _modify {
      own()
      yield &contents.types
    }
  }
  /// Old states to go back to, newest last; empty outside a transaction.
  var journal: [JournalEntry] {
    _read { yield contents.journal }
    _modify {
      own()
      yield &contents.journal
    }
  }
  /// Whether a transaction is going on.
  var isRecording: Bool {
    _read { yield contents.isRecording }
    _modify {
      own()
      yield &contents.isRecording
    }
  }
  /// Blob names that are or were in use; collected when the first new one is needed.
  var usedBlobNames: Set<Name>? {
    _read { yield contents.usedBlobNames }
    _modify {
      own()
      yield &contents.usedBlobNames
    }
  }
  /// The layers that have or had a name; collected when the first new one is needed.
  var layersByName: [Name: [LayerID]]? {
    _read { yield contents.layersByName }
    _modify {
      own()
      yield &contents.layersByName
    }
  }

  /// Filters `definition` by `state` and connects what is left.
  ///
  /// - Throws: `NetError` for malformed phase rules.
  package init(_ definition: NetDefinition, state: NetState) throws(NetError) {
    // Net::Net adds the command's stages to the file's own.
    let merged = state.merged(with: definition.state)
    contents = Contents(definition, merged)
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
    private var names: NameNumbers
    /// By the number of a name: the version of the blob that is read now, and whether a layer is called so.
    private var current: [ValueID?] = []
    private var isLayer: [Bool] = []
    /// The layers that share parameter blobs under a name.
    var sharers: [Name: [LayerID]] = [:]

    init(capacity: Int) { names = NameNumbers(minimumCapacity: capacity) }

    private mutating func number(of name: Name) -> Int {
      let number = names.number(of: name)
      if number == current.count {
        current.append(nil)
        isLayer.append(false)
      }
      return number
    }

    /// From here on `value` is the version of a blob that is read.
    mutating func write(_ value: ValueID, to blob: Name) { current[number(of: blob)] = value }

    /// The version of a blob that is read now; one that `make` gives, where there is none.
    mutating func value(of blob: Name, make: () -> ValueID) -> ValueID {
      let number = number(of: blob)
      if let known = current[number] { return known }
      let value = make()
      current[number] = value
      return value
    }

    /// Notes that a layer is called so; true if another one was before.
    mutating func isRepeated(layerName: Name) -> Bool {
      let number = number(of: layerName)
      defer { isLayer[number] = true }
      return isLayer[number]
    }
  }

  /// Adds the next layer of the definition. It is handed over, not looked up: a copy counts references for each of its parts.
  private mutating func connect(
    _ layer: borrowing LayerDefinition, at index: Int, _ state: NetState, _ document: TextDocument,
    _ connections: inout Connections
  ) throws(NetError) {
    let id = LayerID(index: index)
    let typeID = layer.twin < index ? layers[layer.twin].typeID : types.number(of: layer.type)
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
