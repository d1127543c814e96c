import Testing
import WireTestSupport

@testable import OnnxIO

/// Models as other programs write them.
@Suite struct EncodingTests {
  private static func dims(_ sizes: Int...) -> [UInt8] { sizes.flatMap { Wire.number(1, $0) } }
  private static func type(_ type: Int) -> [UInt8] { Wire.number(2, type) }

  private static func packed(_ field: Int, _ numbers: [Int], pad: Int = 0) -> [UInt8] {
    Wire.bytes(field, numbers.flatMap { Wire.varint(UInt64(bitPattern: Int64($0)), pad: $0 < 0 ? 0 : pad) })
  }
  private static func unpacked(_ field: Int, _ numbers: [Int]) -> [UInt8] {
    numbers.flatMap { Wire.number(field, $0) }
  }

  /// What each type's elements are in `int32_data`, and in bytes.
  static let integers: [(type: Int, count: Int, numbers: [Int], bytes: [UInt8])] = [
    (2, 3, [0, 1, 255], [0, 1, 255]),
    (3, 3, [-128, -1, 127], [128, 255, 127]),
    (4, 2, [258, 65535], [2, 1, 255, 255]),
    (5, 2, [-2, 258], [254, 255, 2, 1]),
    (6, 2, [-2, 16909060], [254, 255, 255, 255, 4, 3, 2, 1]),
    (9, 3, [0, 1, 1], [0, 1, 1]),
    (10, 2, [15360, 48128], [0, 60, 0, 188]),
    // Half precision that was taken for signed integers.
    (10, 1, [-17408], [0, 188]),
    (16, 1, [16256], [128, 63]),
    (17, 2, [56, 184], [56, 184]),
    // Two elements a number; the last one is alone.
    (21, 3, [0x21, 0x03], [0x21, 0x03]),
    (22, 3, [0xF1, 0x0F], [0xF1, 0x0F]),
    (23, 1, [7], [7]),
    (25, 5, [0xE4, 0x01], [0xE4, 0x01]),
    // Six bits each, four of them in three bytes.
    (27, 4, [0b000001, 0b100010, 0b000011, 0b111111], [0b10_000001, 0b0011_1000, 0b111111_00]),
    (28, 5, [1, 2, 3, 4, 0b100001], [0x81, 0x30, 0x10, 0b100001]),
  ]

  @Test(arguments: 0..<integers.count)
  func integersOfAllTypes(index: Int) throws {
    let (type, count, numbers, bytes) = Self.integers[index]
    let encodings = [
      Self.packed(5, numbers), Self.packed(5, numbers, pad: 2), Self.unpacked(5, numbers),
      Self.packed(5, Array(numbers.prefix(1))) + Wire.number(99, 1)
        + Self.unpacked(5, Array(numbers.dropFirst())),
    ]
    for encoding in encodings {
      for parts in [
        [Self.dims(count), Self.type(type), encoding], [encoding, Self.type(type), Self.dims(count)],
      ] {
        let tensor = try tensor(parts.flatMap { $0 })
        #expect(try tensor.source.allBytes() == bytes)
        for offset in 0...bytes.count {
          var part = [UInt8](repeating: 9, count: bytes.count - offset)
          try part.withUnsafeMutableBytes { try tensor.source.read(at: offset, into: $0) }
          #expect(part == Array(bytes[offset...]))
        }
      }
    }
    #expect(try tensor(Self.dims(count), Self.type(type), Wire.bytes(9, bytes)).source.allBytes() == bytes)
  }

  @Test func longListsOfNumbersAreReadFromAnywhere() throws {
    var random = SeededRandom(1)
    for signed in [true, false] {
      let numbers = (0..<10_000).map { _ in
        Int64.random(in: signed ? .min ... .max : 0 ... .max, using: &random)
          >> Int64.random(in: 0...63, using: &random)
      }
      let bits = numbers.map { UInt64(bitPattern: $0) }
      let half = bits.count / 2
      let field = signed ? 7 : 11
      let encoding =
        Wire.bytes(field, bits[..<half].flatMap { Wire.varint($0) })
        + bits[half...].flatMap { Wire.tag(field, 0) + Wire.varint($0) }
      let tensor = try tensor(Self.dims(bits.count), Self.type(signed ? 7 : 13), encoding)
      let whole = numbers.flatMap { Wire.fixed($0) }
      #expect(try tensor.source.allBytes() == whole)
      for _ in 0..<200 {
        let start = Int.random(in: 0..<whole.count, using: &random)
        var part = [UInt8](
          repeating: 0, count: Int.random(in: 0...min(20_000, whole.count - start), using: &random))
        try part.withUnsafeMutableBytes { try tensor.source.read(at: start, into: $0) }
        #expect(part == Array(whole[start..<start + part.count]))
      }
    }
  }

  @Test func floatsPackedAndNot() throws {
    var random = SeededRandom(2)
    let values = (0..<20_000).map { _ in Float.random(in: -1...1, using: &random) }
    let bytes = Wire.floats(values)
    let single = values.flatMap { Wire.tag(4, 5) + Wire.floats([$0]) }
    let third = values.count / 3
    let mixed =
      Wire.bytes(4, Wire.floats(Array(values[..<third])))
      + values[third..<2 * third].flatMap { Wire.tag(4, 5) + Wire.floats([$0]) }
      + Wire.number(99, 5)
      // A tag with a needless byte.
      + values[(2 * third)...].flatMap { Wire.varint(4 << 3 | 5, pad: 1) + Wire.floats([$0]) }
    for encoding in [Wire.bytes(4, bytes), single, mixed] {
      let tensor = try tensor(Self.dims(values.count), Self.type(1), encoding)
      #expect(try tensor.source.allBytes() == bytes)
      for _ in 0..<100 {
        let start = Int.random(in: 0..<bytes.count, using: &random)
        var part = [UInt8](
          repeating: 0, count: Int.random(in: 0...min(9_000, bytes.count - start), using: &random))
        try part.withUnsafeMutableBytes { try tensor.source.read(at: start, into: $0) }
        #expect(part == Array(bytes[start..<start + part.count]))
      }
    }
  }

  @Test func doublesAndComplexNumbers() throws {
    let values = [1.5, -2, .infinity, 0.1]
    #expect(
      try tensor(Self.dims(4), Self.type(11), Wire.bytes(10, Wire.doubles(values))).source.allBytes()
        == Wire.doubles(values))
    #expect(
      try tensor(Self.dims(2), Self.type(15), values.flatMap { Wire.tag(10, 1) + Wire.doubles([$0]) })
        .source.allBytes() == Wire.doubles(values))
    #expect(
      try tensor(Self.dims(1), Self.type(14), Wire.bytes(4, Wire.floats([1, 2]))).source.allBytes()
        == Wire.floats([1, 2]))
  }

  @Test func stringsAndEmptyTensors() throws {
    let strings = try tensor(Self.dims(2), Self.type(8), Wire.bytes(6, [1, 2]) + Wire.bytes(6, []))
    #expect(strings.source.strings == [[1, 2], []])
    for type in [1, 7, 11, 27] {
      let empty = try tensor(Self.dims(0, 3), Self.type(type))
      #expect(try empty.tensor() == OnnxTensor(elementType: Int32(type), shape: [0, 3], bytes: []))
    }
    // The proto3 form has no empty `raw_data`; another form has one beside the elements.
    #expect(try tensor(Self.type(1), Wire.bytes(9, []), Wire.bytes(4, Wire.floats([3]))).shape == [])
  }

  /// An attribute of the one node of a model.
  private func attribute(_ parts: [UInt8]...) throws -> OnnxAttribute {
    let node = Wire.message(1, Wire.message(5, Wire.string(1, "a"), parts.flatMap { $0 }))
    return try read(Wire.number(1, 8) + Wire.message(7, node)).graph.nodes[0].attribute("a")!
  }

  @Test func attributesWithoutTypeAndWithoutZeros() throws {
    let float = Wire.tag(2, 5) + Wire.floats([2])
    // The first version of ONNX has no type.
    #expect(try attribute(float) == .float(2))
    #expect(try attribute(Wire.number(3, -1)) == .int(-1))
    #expect(try attribute(Wire.bytes(4, [7])) == .string([7]))
    #expect(try attribute(Wire.bytes(7, Wire.floats([1, 2]))) == .floats([1, 2]))
    #expect(try attribute(Wire.number(8, 1) + Wire.bytes(8, [2, 3])) == .ints([1, 2, 3]))
    #expect(try attribute(Wire.bytes(9, [1]) + Wire.bytes(9, [])) == .strings([[1], []]))
    #expect(try attribute(Wire.message(6)) == .unread(type: 5))
    #expect(try attribute() == .unread(type: 0))
    // The proto3 form has no zeros and no empty lists.
    #expect(try attribute(Wire.number(20, 1)) == .float(0))
    #expect(try attribute(Wire.number(20, 2)) == .int(0))
    #expect(try attribute(Wire.number(20, 3)) == .string([]))
    #expect(try attribute(Wire.number(20, 6)) == .floats([]))
    #expect(try attribute(Wire.number(20, 7)) == .ints([]))
    #expect(try attribute(Wire.number(20, 8)) == .strings([]))
    // The type counts, also before the value and beside others.
    #expect(try attribute(Wire.number(20, 2), float, Wire.number(3, 5)) == .int(5))
    for type in [5, 9, 10, 11, 12, 13, 14, 77] {
      #expect(try attribute(Wire.number(20, type)) == .unread(type: type))
    }
    #expect(try attribute(Wire.string(21, "outer"), Wire.number(20, 2)) == .unread(type: 2))
    let constant = Wire.message(5, Self.dims(1), Self.type(7), Self.packed(7, [5]), Wire.string(8, "t"))
    #expect(
      try attribute(constant, Wire.number(20, 4))
        == .tensor(OnnxTensor(elementType: 7, shape: [1], bytes: [5, 0, 0, 0, 0, 0, 0, 0], name: "t")))
  }

  @Test func partsThatAreNotReadAreNamed() throws {
    let model = try read(
      Wire.number(1, 8)
        + Wire.message(
          7, Wire.message(15, Wire.message(1, Wire.string(8, "s"))), Wire.message(14, Wire.string(1, "q")))
        + Wire.message(20) + Wire.message(25, Wire.string(1, "f"), Wire.string(10, "d"))
        + Wire.message(26, Wire.string(1, "c")))
    #expect(
      model.unread == [
        .init(.sparseInitializer, name: "s"), .init(.quantizationAnnotation, name: "q"), .init(.trainingInfo),
        .init(.function, name: "f"), .init(.deviceConfiguration, name: "c"),
      ])
    #expect(throws: OnnxError(path: "net.onnx", .model, .unreadPart(.init(.sparseInitializer, name: "s")))) {
      try written(model)
    }
  }

  @Test func valuesOfOtherKinds() throws {
    let kinds: [(Int, OnnxValue.Kind)] = [
      (1, .tensor), (4, .sequence), (5, .map), (7, .opaque), (8, .sparseTensor), (9, .optional),
    ]
    for (field, kind) in kinds {
      let value = Wire.message(11, Wire.string(1, "x"), Wire.message(2, Wire.message(field)))
      let model = try read(Wire.number(1, 8) + Wire.message(7, value))
      #expect(model.graph.inputs[0].kind == kind)
      guard kind != .tensor else { continue }
      #expect(throws: OnnxError(path: "net.onnx", .value(name: "x"), .unreadValue(kind))) {
        try written(model)
      }
    }
  }

  @Test func dimensions() throws {
    let dimensions = [
      Wire.number(1, 5), Wire.string(2, "N"), [], Wire.number(1, -1), Wire.number(1, 5) + Wire.string(2, "N"),
      Wire.string(3, "DATA_CHANNEL") + Wire.number(1, 0),
    ]
    let shape = Wire.message(2, dimensions.flatMap { Wire.bytes(1, $0) })
    let value = Wire.message(
      12, Wire.message(2, Wire.message(1, Wire.number(1, 1), shape)), Wire.string(1, "y"))
    let model = try read(Wire.number(1, 8) + Wire.message(7, value))
    #expect(
      model.graph.outputs[0].shape == [.known(5), .symbol("N"), .unknown, .unknown, .symbol("N"), .known(0)])
  }

  @Test func aGraphInSeveralPartsIsOne() throws {
    let model = try read(
      Wire.message(7, Wire.string(2, "a"), Wire.message(1, Wire.string(4, "Relu")))
        + Wire.message(7, Wire.string(2, "b"), Wire.message(1, Wire.string(4, "Abs"))))
    #expect(model.graph.nodes.map(\.type) == ["Relu", "Abs"])
    #expect(model.graph.name == "b")
  }
}
