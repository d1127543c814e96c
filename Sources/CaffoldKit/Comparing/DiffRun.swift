import CaffeIO
import Diagnostics
import Engine

/// One comparison of two nets by what is written in their files; nothing is run.
struct DiffRun {
  private let old: ModelFiles
  private let new: ModelFiles
  private let options: RunOptions
  private let tolerance: Double
  private let observer: RunObserver

  init(
    _ old: ModelFiles, _ new: ModelFiles, _ options: RunOptions, tolerance: Double, _ observer: RunObserver
  ) {
    self.old = old
    self.new = new
    self.options = options
    self.tolerance = tolerance
    self.observer = observer
  }

  func run() throws -> DiffResult {
    try Files.restore([old, new].flatMap { [$0.model, $0.weights].compactMap(\.self) }, observer)
    let schema = try ForkSchemas(options.protos, observer).schema
    let (first, second) = (try definition(old.model), try definition(new.model))
    var result = DiffResult(old, new)
    result.layerCounts = (first.layers.count, second.layers.count)
    result.hasSameText = first.document.bytes == second.document.bytes
    result.netFields = Self.fields(of: first, schema).differences(to: Self.fields(of: second, schema))
    let makers = try Makers(first, second)
    var blobs = try BlobPairs(old.weights, new.weights, tolerance: tolerance)
    let pairs = LayerPairs(first, second)
    result.removed = pairs.removed.map { DiffResult.Layer(name: $0.name, type: $0.type) }
    result.added = pairs.added.map { DiffResult.Layer(name: $0.name, type: $0.type) }
    for (a, b) in pairs.common {
      let (one, other) = (first.layers[a], second.layers[b])
      var changed = DiffResult.ChangedLayer(name: one.name, types: (one.type, other.type))
      if one.bottoms != other.bottoms { changed.bottoms = (one.bottoms, other.bottoms) }
      if one.tops != other.tops { changed.tops = (one.tops, other.tops) }
      changed.makers = makers.changes(a, b)
      changed.fields = Self.fields(of: one, schema).differences(to: Self.fields(of: other, schema))
      changed.blobs = try blobs?.differences(one.name) ?? []
      if changed.isChanged { result.changed.append(changed) } else { result.sameCount += 1 }
    }
    // Blobs of layers that no definition has are what Caffe leaves out.
    result.comparedBlobs = blobs?.compared ?? 0
    return result
  }

  private func definition(_ path: String) throws -> NetDefinition {
    try NetDefinition(TextDocument(SourceText(path: path, bytes: try Files.read(path))))
  }

  private static func fields(of net: NetDefinition, _ schema: Schema) -> WrittenFields {
    WrittenFields(
      net.document.root, type: "NetParameter", leavingOut: ["layer", "layers"], schema: schema)
  }

  /// What is compared on its own is left out.
  private static func fields(of layer: LayerDefinition, _ schema: Schema) -> WrittenFields {
    let type = layer.generation == .v2 ? schema.layerMessage : "V1LayerParameter"
    return WrittenFields(
      layer.parameters, type: type, leavingOut: ["name", "type", "bottom", "top"], schema: schema)
  }
}

extension DiffResult.ChangedLayer {
  var isChanged: Bool {
    types.old != types.new || bottoms != nil || tops != nil || !makers.isEmpty || !fields.isEmpty
      || !blobs.isEmpty
  }
}

/// The layers of two nets, paired by name; of several of one name the first with the first, and so on.
private struct LayerPairs {
  var common: [(Int, Int)] = []
  var removed: [LayerDefinition] = []
  var added: [LayerDefinition] = []

  init(_ first: NetDefinition, _ second: NetDefinition) {
    var places: [Name: [Int]] = [:]
    for (index, layer) in first.layers.enumerated().reversed() {
      places[layer.name, default: []].append(index)
    }
    for (index, layer) in second.layers.enumerated() {
      if let own = places[layer.name]?.popLast() {
        common.append((own, index))
      } else {
        added.append(layer)
      }
    }
    removed = places.values.flatMap(\.self).sorted().map { first.layers[$0] }
  }
}

/// Who makes the bottoms of layers: a blob that several layers write in place has several makers, and their order counts.
private struct Makers {
  private let graphs: [(old: NetGraph, new: NetGraph)]
  private let common: Set<Name>

  init(_ first: NetDefinition, _ second: NetDefinition) throws {
    graphs = try Phase.allCases.map { phase in
      let state = NetState(phase: phase)
      return (try NetGraph(first, state: state), try NetGraph(second, state: state))
    }
    common = Set(first.layers.map(\.name)).intersection(second.layers.map(\.name))
  }

  /// The bottoms of a layer that both nets have under one name and that another layer makes, where both nets have both layers: what
  /// follows from a layer that is gone is no news.
  func changes(_ old: Int, _ new: Int) -> [(blob: Name, old: Name, new: Name)] {
    var changes: [(blob: Name, old: Name, new: Name)] = []
    for graph in graphs {
      let (one, other) = (graph.old[LayerID(index: old)], graph.new[LayerID(index: new)])
      for (a, b) in zip(one.bottoms, other.bottoms)
      where graph.old.blobName(of: a) == graph.new.blobName(of: b) {
        guard let was = graph.old[a].producer.map({ graph.old[$0].name }),
          let now = graph.new[b].producer.map({ graph.new[$0].name }), was != now,
          common.contains(was), common.contains(now),
          !changes.contains(where: { ($0.old, $0.new) == (was, now) })
        else { continue }
        changes.append((graph.old.blobName(of: a), was, now))
      }
    }
    return changes
  }
}

/// The blobs of two files by layer.
struct BlobPairs {
  private let comparison: BlobComparison
  private let old: [Name: WeightLayer]
  private let new: [Name: WeightLayer]
  /// How many blobs have been compared number by number.
  private(set) var compared = 0
  /// The layers that have been asked for: of several of one name the first one takes the blobs.
  private var asked: Set<Name> = []

  /// Nil without weights.
  init?(_ first: String?, _ second: String?, tolerance: Double) throws {
    guard let first, let second else { return nil }
    comparison = BlobComparison(
      old: try WeightsFile(path: first), new: try WeightsFile(path: second), tolerance: tolerance)
    func byName(_ file: WeightsFile) -> [Name: WeightLayer] {
      Dictionary(file.layers.filter { !$0.blobs.isEmpty }.map { ($0.name, $0) }) { $1 }
    }
    (old, new) = (byName(comparison.old), byName(comparison.new))
  }

  mutating func differences(_ name: Name) throws -> [DiffResult.Blob] {
    guard asked.insert(name).inserted else { return [] }
    let (blobs, count) = try comparison.differences(old[name], new[name])
    compared += count
    return blobs
  }

  /// A comparison of the files alone.
  static func result(_ first: String, _ second: String, tolerance: Double) throws -> DiffResult {
    var result = DiffResult(ModelFiles(model: first), ModelFiles(model: second))
    guard var pairs = try BlobPairs(first, second, tolerance: tolerance) else { return result }
    func names(_ file: WeightsFile) -> [Name] {
      var seen: Set<Name> = []
      return file.layers.filter { !$0.blobs.isEmpty && seen.insert($0.name).inserted }.map(\.name)
    }
    let (own, others) = (names(pairs.comparison.old), names(pairs.comparison.new))
    result.layerCounts = (own.count, others.count)
    func layer(_ layer: WeightLayer) -> DiffResult.Layer { .init(name: layer.name, type: layer.type) }
    result.removed = own.filter { pairs.new[$0] == nil }.map { layer(pairs.old[$0]!) }
    result.added = others.filter { pairs.old[$0] == nil }.map { layer(pairs.new[$0]!) }
    for name in others {
      guard let (a, b) = pairs.old[name].flatMap({ a in pairs.new[name].map { (a, $0) } }) else { continue }
      var changed = DiffResult.ChangedLayer(name: name, types: (a.type, b.type))
      changed.blobs = try pairs.differences(name)
      if changed.isChanged { result.changed.append(changed) } else { result.sameCount += 1 }
    }
    result.comparedBlobs = pairs.compared
    return result
  }
}
