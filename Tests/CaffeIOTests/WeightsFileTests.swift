import Testing
import WireTestSupport

@testable import CaffeIO

@Suite struct WeightsFileTests {
  private func file(_ bytes: [UInt8]) throws -> WeightsFile { try WeightsFile(TestFiles.input(bytes)) }

  /// One layer with one blob.
  private func blob(_ body: [UInt8]) throws -> (WeightsFile, StoredBlob) {
    let file = try file(Wire.layer("conv1", "Convolution", blobs: [body]))
    return (file, file.layers[0].blobs[0])
  }

  @Test func layersAndRanges() throws {
    let first = Wire.layer("data", "Input", Wire.string(4, "data"))
    let second = Wire.layer(
      "conv1", "Convolution", blobs: [Wire.blob([1, 2], [2, 1]), Wire.blob([3], [1])],
      Wire.string(3, "data") + Wire.string(4, "conv1") + Wire.message(106, Wire.number(1, 2)))
    let name = Wire.string(1, "net")
    let bytes = name + first + second
    let file = try file(bytes)
    #expect(file.layers.map(\.name) == ["data", "conv1"])
    #expect(file.layers.map(\.type) == ["Input", "Convolution"])
    #expect(file.layers.map(\.index) == [0, 1])
    #expect(file.layers[0].fieldRange == name.count..<name.count + first.count)
    #expect(file.layers[1].fieldRange == name.count + first.count..<bytes.count)
    #expect(file.layers[1].bottoms.map(\.name) == ["data"])
    #expect(file.layers[1].tops.map(\.name) == ["conv1"])
    let bottom = file.layers[1].bottoms[0].fieldRange
    #expect(Array(bytes[bottom]) == Wire.string(3, "data"))
    #expect(file.layers[1].blobs.map(\.shape) == [[2, 1], [1]])
    #expect(Array(bytes[file.layers[1].blobs[1].fieldRange]) == Wire.bytes(7, Wire.blob([3], [1])))
    #expect(Array(bytes[file.layers[1].blobs[1].bodyRange]) == Wire.blob([3], [1]))
    #expect(try file.values(of: file.layers[1].blobs[0]) == [1, 2])
  }

  /// Values that several threads read, in segments that begin elsewhere than the parts of the threads.
  @Test func manyValues() throws {
    let values = (0..<600_003).map { Float($0 % 4099) / 8 }
    let segments = [values[..<300_000], values[300_000..<300_001], values[300_001...]]
    let (file, stored) = try blob(segments.flatMap { Wire.bytes(5, Wire.floats(Array($0))) })
    #expect(stored.count == values.count)
    #expect(try file.singles(of: stored) == values)
    #expect(try file.values(of: stored) == values.map(Double.init))
  }

  @Test func v1Layer() throws {
    let layer = Wire.message(
      2, Wire.string(2, "a"), Wire.string(3, "b"), Wire.string(4, "conv"), Wire.number(5, 4),
      Wire.bytes(6, Wire.legacyShape([1, 1, 1, 2]) + Wire.bytes(5, Wire.floats([1, 2]))))
    let read = try file(layer).layers[0]
    #expect(read.generation == .v1)
    #expect(read.name == "conv" && read.type == "Convolution")
    #expect(read.bottoms.map(\.name) == ["a"] && read.tops.map(\.name) == ["b"])
    #expect(read.blobs[0].shape == [1, 1, 1, 2] && read.blobs[0].isLegacyShape)
  }

  @Test func v0Layer() throws {
    let inner = Wire.message(
      1, Wire.string(1, "fc"), Wire.string(2, "innerproduct"), Wire.bytes(50, Wire.blob([5], [1])))
    let read = try file(Wire.message(2, inner, Wire.string(2, "a"), Wire.string(3, "b"))).layers[0]
    #expect(read.generation == .v0)
    #expect(read.name == "fc" && read.type == "InnerProduct")
    #expect(read.bottoms.map(\.name) == ["a"] && read.tops.map(\.name) == ["b"])
    #expect(read.blobs.count == 1)
  }

  @Test(arguments: [(4, "Convolution"), (39, "Deconvolution"), (14, "InnerProduct"), (0, ""), (99, "V1:99")])
  func v1Types(number: Int, name: String) throws {
    #expect(try file(Wire.message(2, Wire.number(5, number))).layers[0].type == name)
    #expect(LegacyLayerTypes.v1Number(name: name) == number)
  }

  @Test func unknownV0TypeStays() throws {
    let layer = Wire.message(2, Wire.message(1, Wire.string(2, "padding")))
    #expect(try file(layer).layers[0].type == "padding")
  }

  static let layouts: [(String, [UInt8], BlobStorage, Int)] = [
    ("packed", Wire.bytes(5, Wire.floats([1, 2, 3, 4])), .float, 1),
    ("unpacked", (1...4).flatMap { Wire.tag(5, 5) + Wire.floats([Float($0)]) }, .float, 1),
    (
      "mixed",
      Wire.bytes(5, Wire.floats([1])) + Wire.tag(5, 5) + Wire.floats([2])
        + Wire.bytes(5, Wire.floats([3, 4])),
      .float, 3
    ),
    (
      "unpacked under a long tag",
      (1...4).flatMap { Wire.varint(45, pad: 1) + Wire.floats([Float($0)]) }, .float, 4
    ),
    (
      "unpacked among unknown fields",
      (1...4).flatMap { Wire.tag(5, 5) + Wire.floats([Float($0)]) + Wire.number(99, 1) }, .float, 4
    ),
    ("double", Wire.bytes(8, Wire.doubles([1, 2, 3, 4])), .double, 1),
    ("unpacked double", (1...4).flatMap { Wire.tag(8, 1) + Wire.doubles([Double($0)]) }, .double, 1),
    ("raw half", Wire.number(10, 2) + Wire.bytes(12, Wire.halves([1, 2, 3, 4])), .half, 1),
    ("raw float", Wire.number(10, 1) + Wire.bytes(12, Wire.floats([1, 2, 3, 4])), .float, 1),
    ("raw double", Wire.number(10, 0) + Wire.bytes(12, Wire.doubles([1, 2, 3, 4])), .double, 1),
    ("raw of default type", Wire.bytes(12, Wire.doubles([1, 2, 3, 4])), .double, 1),
    ("type after data", Wire.bytes(12, Wire.halves([1, 2, 3, 4])) + Wire.number(10, 2), .half, 1),
    ("last raw data counts", Wire.bytes(12, [1]) + Wire.bytes(12, Wire.doubles([1, 2, 3, 4])), .double, 1),
  ]

  @Test(arguments: layouts)
  func layoutsOfValues(name: String, data: [UInt8], storage: BlobStorage, runs: Int) throws {
    let (file, blob) = try blob(data + Wire.shape([2, 2]))
    #expect(blob.storage == storage)
    #expect(blob.segments.count == runs)
    #expect(try file.values(of: blob) == [1, 2, 3, 4])
    for first in 0..<4 {
      for last in first...4 {
        let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: 4)
        defer { buffer.deallocate() }
        buffer.initialize(repeating: -1)
        try file.read(first..<last, of: blob, into: buffer)
        let expected = (first..<last).map { Double($0 + 1) }
        #expect(Array(buffer) == expected + Array(repeating: -1, count: 4 - expected.count))
      }
    }
  }

  @Test func chunksCoverTheBlob() throws {
    let values = (0..<1000).map { Float($0) }
    let (file, blob) = try blob(Wire.blob(values, [1000]))
    var seen: [Double] = []
    var starts: [Int] = []
    try file.forEachChunk(of: blob, elements: 10..<990, chunk: 300) { first, chunk in
      starts.append(first)
      seen += chunk
    }
    #expect(starts == [10, 310, 610, 910])
    #expect(seen == (10..<990).map(Double.init))
  }

  static let shapes: [(String, [UInt8], [Int], Bool)] = [
    ("none, several values", Wire.bytes(5, Wire.floats([1, 2])), [2], false),
    ("none, one value", Wire.bytes(5, Wire.floats([1])), [], false),
    ("none, no value", [], [0], false),
    ("empty message", Wire.bytes(5, Wire.floats([1])) + Wire.bytes(7, []), [], false),
    (
      "unpacked", Wire.bytes(5, Wire.floats([1, 2])) + Wire.message(7, Wire.number(1, 2), Wire.number(1, 1)),
      [2, 1], false
    ),
    ("in two parts", Wire.bytes(5, Wire.floats([1, 2])) + Wire.shape([2]) + Wire.shape([1]), [2, 1], false),
    ("legacy", Wire.bytes(5, Wire.floats([1, 2])) + Wire.legacyShape([1, 2, 1, 1]), [1, 2, 1, 1], true),
    (
      "legacy wins", Wire.bytes(5, Wire.floats([1, 2])) + Wire.shape([9]) + Wire.legacyShape([2, 1, 1, 1]),
      [2, 1, 1, 1], true
    ),
    (
      "last legacy wins",
      Wire.bytes(5, Wire.floats([1])) + Wire.number(1, 7) + Wire.legacyShape([1, 1, 1, 1]), [1, 1, 1, 1], true
    ),
    ("zero and huge", Wire.shape([0, .max, .max]), [0, .max, .max], false),
  ]

  @Test(arguments: shapes)
  func shapesOfBlobs(name: String, body: [UInt8], shape: [Int], legacy: Bool) throws {
    let (_, blob) = try blob(body)
    #expect(blob.shape == shape)
    #expect(blob.isLegacyShape == legacy)
  }

  @Test func rawTypesThatAreNotReadAreKept() throws {
    let (_, blob) = try blob(Wire.number(10, 3) + Wire.bytes(12, [1, 2, 3]) + Wire.shape([2, 2]))
    #expect(blob.storage == .other(3))
    #expect(blob.count == 4)
  }

  @Test func unknownFieldsAndGroupsAreSkipped() throws {
    let group = Wire.tag(9, 3) + Wire.tag(8, 3) + Wire.string(1, "x") + Wire.tag(8, 4) + Wire.tag(9, 4)
    let bytes = group + Wire.number(200, -1) + Wire.layer("a", "T", group) + Wire.tag(201, 5) + [1, 2, 3, 4]
    #expect(try file(bytes).layers.map(\.name) == ["a"])
  }

  @Test func lastNameCounts() throws {
    #expect(try file(Wire.layer("a", "T", Wire.string(1, "b"))).layers[0].name == "b")
  }

  @Test func allHalfPatterns() throws {
    let patterns = (0...UInt16.max).flatMap { Wire.fixed($0) }
    let (file, blob) = try blob(Wire.number(10, 2) + Wire.bytes(12, patterns) + Wire.shape([65536]))
    let values = try file.values(of: blob)
    for (pattern, value) in values.enumerated() {
      let expected = HalfReference.value(UInt16(pattern))
      #expect(value == expected || (value.isNaN && expected.isNaN), "pattern \(pattern)")
    }
  }

  @Test func realModelsAreIndexed() throws {
    for path in TestFiles.realModels() {
      let file = try WeightsFile(path: path)
      let dataBytes = file.layers.flatMap(\.blobs).reduce(0) { $0 + $1.count * $1.storage.elementSize }
      // Nearly all of a weights file is values.
      #expect(dataBytes > file.byteCount / 2, "\(path)")
      for layer in file.layers {
        for blob in layer.blobs { #expect(try file.values(of: blob).count == blob.shape.reduce(1, *)) }
      }
    }
  }
}

/// Half precision after IEEE 754's definition, by arithmetic in Double, which has room for all of it.
enum HalfReference {
  static func value(_ bits: UInt16) -> Double {
    let sign: Double = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Double(bits & 1023)
    switch exponent {
    case 31: return fraction == 0 ? sign * .infinity : .nan
    case 0: return sign * fraction * 0x1p-24
    default: return sign * (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
    }
  }

  /// The nearest half, ties to even.
  static func bits(_ value: Double) -> UInt16 {
    if value.isNaN { return 0x7E00 }
    let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
    let magnitude = value.magnitude
    if magnitude == 0 { return sign }
    let exponent = max(magnitude.isFinite ? Int(magnitude.exponent) : 99, -14)
    if exponent > 15 { return sign | 0x7C00 }
    let steps = (magnitude * Double(sign: .plus, exponent: 10 - exponent, significand: 1)).rounded(
      .toNearestOrEven)
    // A carry out of the fraction runs into the exponent, as it should, up to infinity.
    return sign | (UInt16((exponent + 14) * 1024) + UInt16(steps))
  }
}
