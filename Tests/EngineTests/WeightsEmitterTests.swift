import CaffeIO
import Diagnostics
import Testing
import WireTestSupport

@testable import Engine

@Suite struct WeightsEmitterTests {
  /// The bytes that a plan makes of a file, new values being computed while they are written or held: it makes no difference.
  private func emitted(_ file: WeightsFile, _ plan: WeightsPlan) throws -> [UInt8] {
    let computed = Result { try emittedOnce(file, plan.computed) }
    let held = Result { try emittedOnce(file, plan) }
    if case (.success(let a), .success(let b)) = (held, computed) { #expect(a == b) }
    if case .success = computed, case .failure(let error) = held { Issue.record("held values: \(error)") }
    if case .failure(let a) = computed, case .failure(let b) = held { #expect("\(a)" == "\(b)") }
    return try held.get()
  }

  private func emittedOnce(_ file: WeightsFile, _ plan: WeightsPlan) throws -> [UInt8] {
    try TestFiles.withFolder { folder in
      let output = try AtomicFile(path: folder + "/out")
      var options = PieceWriter.Options()
      options.parallelBytes = 1 << 16
      options.chunkBytes = 1 << 14
      try WeightsEmitter(file).emit(plan, to: output, options: options)
      return TestFiles.contents(of: output.descriptor)
    }
  }

  private func emitted(_ bytes: [UInt8], _ change: (WeightsFile) -> WeightsPlan) throws -> [UInt8] {
    let file = try WeightsFile(TestFiles.input(bytes))
    return try emitted(file, change(file))
  }

  /// A plan with one edit of the layer at `index`.
  private func plan(_ index: Int = 0, _ change: (inout WeightLayerEdit) -> Void) -> WeightsPlan {
    var edit = WeightLayerEdit()
    change(&edit)
    return WeightsPlan(edits: [index: edit])
  }

  private static let net = Wire.string(1, "net")
  private static let relu = Wire.layer("relu", "ReLU")
  private static let conv = Wire.layer(
    "conv", "Convolution", blobs: [Wire.blob([1, 2, 3, 4], [2, 2])], Wire.message(106, Wire.number(2, 0)))

  @Test func noPlanNoChange() throws {
    let bytes = Self.net + Self.conv + Self.relu + Wire.number(999, 5)
    #expect(try emitted(bytes) { _ in WeightsPlan() } == bytes)
    #expect(try emitted(bytes) { _ in plan { _ in } } == bytes)
  }

  @Test func removedLayers() throws {
    let bytes = Self.net + Self.conv + Self.relu + Self.conv
    #expect(try emitted(bytes) { _ in plan(1) { $0.removed = true } } == Self.net + Self.conv + Self.conv)
  }

  @Test func scaledAndNewBlobs() throws {
    let output = try emitted(Self.net + Self.conv + Self.relu) { file in
      plan {
        let scale = ChannelScale(factors: [2, 10], inner: 2, modulus: 2)
        $0.blobs = [
          .scaled(file.layers[0].blobs[0], [scale]), .values([5, 6], shape: [2], storage: .float),
        ]
        $0.setFields = [WireFieldEdit([106, 2], .bool(true))]
        $0.name = "folded"
      }
    }
    let expected = Wire.layer(
      "folded", "Convolution",
      blobs: [Wire.blob([2, 4, 30, 40], [2, 2]), Wire.blob([5, 6], [2])],
      Wire.message(106, Wire.number(2, 1)))
    #expect(output == Self.net + expected + Self.relu)
  }

  @Test func namesOfV2() throws {
    let layer = Wire.layer("a", "T", Wire.string(3, "x") + Wire.string(4, "y"))
    let output = try emitted(layer) { _ in
      plan {
        $0.name = "b"
        $0.type = "U"
        $0.bottoms = ["p", "q"]
        $0.tops = []
      }
    }
    #expect(output == Wire.layer("b", "U", Wire.string(3, "p") + Wire.string(3, "q")))
  }

  @Test func v1Layers() throws {
    let blob = Wire.legacyShape([1, 1, 1, 2]) + Wire.bytes(5, Wire.floats([1, 2]))
    let layer = Wire.message(
      2, Wire.string(2, "x"), Wire.string(3, "y"), Wire.string(4, "a"), Wire.number(5, 4), Wire.bytes(6, blob)
    )
    let output = try emitted(layer) { file in
      plan {
        $0.name = "b"
        $0.type = "Deconvolution"
        $0.blobs = [.stored(file.layers[0].blobs[0]), .values([7], shape: [1], storage: .float)]
      }
    }
    let bias = Wire.legacyShape([1, 1, 1, 1]) + Wire.bytes(5, Wire.floats([7]))
    let expected = Wire.message(
      2, Wire.string(2, "x"), Wire.string(3, "y"), Wire.string(4, "b"), Wire.number(5, 39),
      Wire.bytes(6, blob),
      Wire.bytes(6, bias))
    #expect(output == expected)
  }

  @Test func v0Layers() throws {
    let inner = Wire.message(
      1, Wire.string(1, "a"), Wire.string(2, "conv"), Wire.bytes(50, Wire.blob([1], [1])))
    let layer = Wire.message(2, inner, Wire.string(2, "x"), Wire.string(3, "y"))
    let output = try emitted(layer) { file in
      plan {
        $0.name = "b"
        $0.type = "InnerProduct"
        $0.tops = ["z"]
        $0.blobs = [
          .scaled(file.layers[0].blobs[0], [ChannelScale(factors: [3], inner: 1, modulus: 1)]),
          .values([7], shape: [1], storage: .float),
        ]
      }
    }
    let expected = Wire.message(
      1, Wire.string(1, "b"), Wire.string(2, "innerproduct"), Wire.bytes(50, Wire.blob([3], [1])),
      Wire.bytes(50, Wire.blob([7], [1])))
    #expect(output == Wire.message(2, expected, Wire.string(2, "x"), Wire.string(3, "z")))
  }

  @Test func typesThatOldLayersLack() throws {
    let bytes = Wire.message(2, Wire.string(4, "a"), Wire.number(5, 4))
    let error = #expect(throws: EmissionError.self) {
      try emitted(bytes) { _ in plan { $0.type = "Scale" } }
    }
    #expect(
      error?.diagnostic.text
        == "net.caffemodel: error: layer 'a' cannot get the type 'Scale': V1 layers, which the file has, know no such type; upgrade the weights with Caffe's upgrade_net_proto_binary first"
    )
  }

  @Test func appendedLayers() throws {
    let output = try emitted(Self.net + Self.relu) { _ in
      let layer = NewWeightLayer(
        name: "s", type: "Scale", bottoms: ["a"], tops: ["b"],
        blobs: [.values([1, 2], shape: [2], storage: .float), .values([3], shape: [], storage: .double)],
        setFields: [WireFieldEdit([142, 4], .bool(true))])
      return WeightsPlan(appended: [layer])
    }
    let expected = Wire.message(
      100, Wire.string(1, "s"), Wire.string(2, "Scale"), Wire.string(3, "a"), Wire.string(4, "b"),
      Wire.message(142, Wire.number(4, 1)), Wire.bytes(7, Wire.blob([1, 2], [2])),
      Wire.bytes(7, Wire.bytes(7, []) + Wire.bytes(8, Wire.doubles([3]))))
    #expect(output == Self.net + Self.relu + expected)
  }

  /// Everything of a blob but its values stays when the new values fit into it.
  @Test(arguments: [
    (Wire.bytes(5, Wire.floats([1, 2])), Wire.bytes(5, Wire.floats([8, 9])), BlobStorage.float),
    (
      Wire.tag(5, 5) + Wire.floats([1]) + Wire.tag(5, 5) + Wire.floats([2]),
      Wire.tag(5, 5) + Wire.floats([8]) + Wire.tag(5, 5) + Wire.floats([9]), .float
    ),
    (Wire.bytes(8, Wire.doubles([1, 2])), Wire.bytes(8, Wire.doubles([8, 9])), .double),
    (
      Wire.number(10, 2) + Wire.bytes(12, Wire.halves([1, 2])),
      Wire.number(10, 2) + Wire.bytes(12, Wire.halves([8, 9])), .half
    ),
  ])
  func newValuesInOldBytes(old: [UInt8], new: [UInt8], storage: BlobStorage) throws {
    func layer(_ data: [UInt8]) -> [UInt8] {
      Wire.layer(
        "a", "T",
        blobs: [Wire.legacyShape([1, 1, 1, 2]) + data + Wire.bytes(6, Wire.floats([4])) + Wire.number(77, 1)])
    }
    let output = try emitted(layer(old)) { _ in
      plan { $0.blobs = [.values([8, 9], shape: [2], storage: storage)] }
    }
    #expect(output == layer(new))
  }

  @Test func aNewShapeMakesANewBlob() throws {
    let bytes = Wire.layer("a", "T", blobs: [Wire.blob([1, 2], [2])])
    let output = try emitted(bytes) { _ in
      plan { $0.blobs = [.values([8, 9], shape: [2, 1], storage: .half)] }
    }
    let blob = Wire.shape([2, 1]) + Wire.number(10, 2) + Wire.bytes(12, Wire.halves([8, 9]))
    #expect(output == Wire.layer("a", "T", blobs: [blob]))
  }

  @Test func fewerAndMovedBlobs() throws {
    let (first, second) = (Wire.blob([1], [1]), Wire.blob([2], [1]))
    let bytes = Wire.layer("a", "T", blobs: [first, second, first])
    let output = try emitted(bytes) { file in plan { $0.blobs = [.stored(file.layers[0].blobs[1])] } }
    #expect(output == Wire.layer("a", "T", blobs: [second]))
    #expect(try emitted(bytes) { _ in plan { $0.blobs = [] } } == Wire.layer("a", "T"))
  }

  @Test func blobsForALayerThatHasNone() throws {
    let output = try emitted(Self.relu) { _ in plan { $0.blobs = [.values([1], shape: [1], storage: .float)] }
    }
    #expect(output == Wire.layer("relu", "ReLU", blobs: [Wire.blob([1], [1])]))
  }

  @Test func plansThatDoNotFit() throws {
    func message(_ content: @escaping (StoredBlob) -> BlobContent) throws -> String? {
      let error = #expect(throws: EmissionError.self) {
        try emitted(Self.conv) { file in plan { $0.blobs = [content(file.layers[0].blobs[0])] } }
      }
      return error?.diagnostic.text
    }
    #expect(
      try message { .scaled($0, [ChannelScale(factors: [1, 2, 3], inner: 1, modulus: 3)]) }
        == "net.caffemodel: error: blob 0 of layer 'conv' has 4 values, which 3 factors do not divide")
    #expect(
      try message { _ in .values([1, 2, 3], shape: [2, 2], storage: .float) }
        == "net.caffemodel: error: blob 0 of layer 'conv' is to have the shape 2x2 but 3 values")
    #expect(
      try message { _ in .values([1e39], shape: [1], storage: .float) }
        == "net.caffemodel: error: value 0 of blob 0 of layer 'conv', 1e+39, is too large for a float")
    #expect(
      try message { _ in .values([70000], shape: [1], storage: .half) }
        == "net.caffemodel: error: value 0 of blob 0 of layer 'conv', 70000.0, is too large for a half-precision float"
    )
    #expect(
      try message { _ in .values([1], shape: [1], storage: .other(3)) }
        == "net.caffemodel: error: blob 0 of layer 'conv' stores values of raw type 3, which cannot be changed"
    )
    #expect(
      try message { .scaled($0, [ChannelScale(factors: [1, 1e39], inner: 2, modulus: 2)]) }
        == "net.caffemodel: error: value 2 of blob 0 of layer 'conv', 3.0, becomes too large for a float when multiplied by 1e+39; --skip-layer leaves the layer as it is"
    )
  }

  /// Random nets of all generations and layouts: what comes out is read back and compared value by value.
  @Test(arguments: 0..<200)
  func randomNets(seed: Int) throws {
    var random = SeededRandom(UInt64(seed))
    let bytes = RandomNet.bytes(using: &random)
    let file = try WeightsFile(TestFiles.input(bytes))
    #expect(try emitted(file, WeightsPlan()) == bytes)
    var plan = WeightsPlan()
    var expected: [(name: Name, values: [[Double]])] = []
    for layer in file.layers {
      var edit = WeightLayerEdit()
      var values: [[Double]] = []
      edit.removed = Int.random(in: 0..<5, using: &random) == 0
      edit.name = Bool.random(using: &random) ? "renamed to something longer" : nil
      edit.blobs = try layer.blobs.map { blob in
        let old = try file.values(of: blob)
        let factors = old.map { _ in Double(Int.random(in: -3...3, using: &random)) }
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
          values.append(old)
          return .stored(blob)
        case 1:
          values.append(zip(old, factors).map(*))
          return .scaled(blob, [ChannelScale(factors: factors, inner: 1, modulus: max(1, old.count))])
        default:
          values.append(factors)
          return .values(factors, shape: blob.shape, storage: blob.storage)
        }
      }
      plan.edits[layer.index] = edit
      if !edit.removed { expected.append((edit.name ?? layer.name, values)) }
    }
    plan.appended = [NewWeightLayer(name: "end", type: "ReLU", bottoms: [], tops: [], blobs: [])]
    expected.append(("end", []))
    let output = try WeightsFile(TestFiles.input(try emitted(file, plan)))
    #expect(output.layers.map(\.name) == expected.map(\.name))
    for (layer, wanted) in zip(output.layers, expected) {
      #expect(try layer.blobs.map { try output.values(of: $0) } == wanted.values)
    }
  }

  @Test func realModels() throws {
    for path in TestFiles.realModels() {
      let file = try WeightsFile(path: path)
      let bytes = TestFiles.contents(path)
      #expect(try emitted(file, WeightsPlan()) == bytes, "\(path)")
      // Powers of two change every value and are taken back exactly, subnormal values apart.
      let doubled = try WeightsFile(TestFiles.input(try emitted(file, scaled(file, by: 2))))
      #expect(try emitted(doubled, scaled(doubled, by: 0.5)) == bytes, "\(path)")
      for (layer, other) in zip(file.layers, doubled.layers) {
        for (blob, twice) in zip(layer.blobs, other.blobs) {
          #expect(try file.values(of: blob).map { $0 * 2 } == doubled.values(of: twice), "\(path)")
        }
      }
    }
  }

  private func scaled(_ file: WeightsFile, by factor: Double) -> WeightsPlan {
    var plan = WeightsPlan()
    for layer in file.layers where !layer.blobs.isEmpty {
      var edit = WeightLayerEdit()
      edit.blobs = layer.blobs.map {
        .scaled($0, [ChannelScale(factors: [factor], inner: max(1, $0.count), modulus: 1)])
      }
      plan.edits[layer.index] = edit
    }
    return plan
  }
}

/// Small weights files of every kind that a reader may meet.
enum RandomNet {
  static func bytes(using random: inout SeededRandom) -> [UInt8] {
    let generation = Int.random(in: 0...2, using: &random)
    var bytes = unknown(using: &random)
    for index in 0..<Int.random(in: 1...6, using: &random) {
      bytes += layer("layer\(index)", generation, using: &random) + unknown(using: &random)
    }
    return bytes
  }

  private static func unknown(using random: inout SeededRandom) -> [UInt8] {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: Wire.number(500, Int.random(in: -9...999_999, using: &random))
    case 1: Wire.bytes(501, Array(repeating: 7, count: Int.random(in: 0...300, using: &random)))
    case 2: Wire.tag(502, 3) + Wire.number(1, 1) + Wire.tag(502, 4)
    default: []
    }
  }

  private static func layer(_ name: String, _ generation: Int, using random: inout SeededRandom) -> [UInt8] {
    let blobField = [50, 6, 7][generation]
    var blobs: [UInt8] = []
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      blobs += Wire.bytes(blobField, blob(using: &random)) + unknown(using: &random)
    }
    switch generation {
    case 0: return Wire.message(2, Wire.message(1, Wire.string(1, name), Wire.string(2, "conv"), blobs))
    case 1: return Wire.message(2, Wire.string(4, name), Wire.number(5, 4), blobs)
    default: return Wire.layer(name, "Convolution", unknown(using: &random) + blobs)
    }
  }

  private static func blob(using random: inout SeededRandom) -> [UInt8] {
    let dimensions = (0..<4).map { _ in Int.random(in: 1...3, using: &random) }
    let values = (0..<dimensions.reduce(1, *)).map { _ in Double(Int.random(in: -50...50, using: &random)) }
    let data: [UInt8] =
      switch Int.random(in: 0..<6, using: &random) {
      case 0: Wire.bytes(5, Wire.floats(values.map { Float($0) }))
      case 1: values.flatMap { Wire.tag(5, 5) + Wire.floats([Float($0)]) }
      case 2: Wire.bytes(8, Wire.doubles(values))
      case 3: values.flatMap { Wire.tag(8, 1) + Wire.doubles([$0]) }
      case 4: Wire.number(10, 2) + Wire.bytes(12, Wire.halves(values.map { Float16($0) }))
      default: values.flatMap { Wire.bytes(5, Wire.floats([Float($0)])) }
      }
    let shape = Bool.random(using: &random) ? Wire.shape(dimensions) : Wire.legacyShape(dimensions)
    return unknown(using: &random) + (Bool.random(using: &random) ? shape + data : data + shape)
  }
}

extension WeightsPlan {
  /// The plan with values that are computed in the place of those that are held.
  fileprivate var computed: WeightsPlan {
    var plan = self
    plan.edits = plan.edits.mapValues { edit in
      var edit = edit
      edit.blobs = edit.blobs?.map(\.computed)
      return edit
    }
    for index in plan.appended.indices {
      plan.appended[index].blobs = plan.appended[index].blobs.map(\.computed)
    }
    return plan
  }
}

extension BlobContent {
  fileprivate var computed: BlobContent {
    guard case .values(let values, let shape, let storage) = self, values.count == shape.reduce(1, *) else {
      return self
    }
    return .computed(ComputedBlob(KnownNumbers(values), shape: shape, storage: storage, largest: 0))
  }
}
