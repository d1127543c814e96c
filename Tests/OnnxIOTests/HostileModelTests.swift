import CaffeIO
import Diagnostics
import Testing
import WireTestSupport

@testable import OnnxIO

/// Any bytes give a model or an error with a place; nothing traps.
@Suite struct HostileModelTests {
  /// Reads bytes and everything that the model offers. Returns whether they are a model.
  private func use(_ bytes: [UInt8], limits: OnnxLimits = OnnxLimits()) throws -> Bool {
    do {
      let model = try read(bytes, limits: limits)
      for initializer in model.graph.initializers {
        #expect(initializer.source.strings != nil || initializer.source.byteCount <= 8 * bytes.count)
        _ = try initializer.tensor()
      }
      if model.unread.isEmpty { _ = try? written(model) }
      return true
    } catch let error as OnnxError {
      #expect((0...bytes.count).contains(error.offset ?? 0))
      #expect(!error.diagnostic.sentence.isEmpty)
      return false
    } catch let error as WireFormatError {
      #expect((0...bytes.count).contains(error.offset))
      #expect(!error.diagnostic.sentence.isEmpty)
      return false
    }
  }

  /// Bytes of models with all that a model can have, in all encodings.
  private func samples() throws -> [[UInt8]] {
    var samples: [[UInt8]] = []
    var random = SeededRandom(3)
    for _ in 0..<3 { samples.append(try written(random.model())) }
    let dims = Wire.bytes(1, [2, 1])
    samples.append(
      model(
        ofTensor: dims, Wire.number(2, 7), Wire.bytes(7, [5, 6]), Wire.string(8, "w"),
        Wire.message(16, Wire.string(1, "k"))))
    samples.append(model(ofTensor: dims, Wire.number(2, 10), Wire.number(5, 7), Wire.number(5, -8)))
    samples.append(
      model(
        ofTensor: dims, Wire.number(2, 1), Wire.tag(4, 5), Wire.floats([1]), Wire.tag(4, 5), Wire.floats([1]))
    )
    samples.append(model(ofTensor: dims, Wire.number(2, 13), Wire.bytes(11, [9, 0x80, 1])))
    samples.append(
      Wire.message(
        7,
        Wire.message(1, Wire.message(5, Wire.message(6), Wire.message(22), Wire.number(20, 5))),
        Wire.message(11, Wire.message(2, Wire.message(4))),
        Wire.message(15, Wire.message(1, Wire.string(8, "s"))))
        + Wire.tag(99, 3) + Wire.tag(98, 3) + Wire.number(1, 1) + Wire.tag(98, 4) + Wire.tag(99, 4))
    return samples
  }

  @Test func truncatedAtEveryLength() throws {
    for bytes in try samples() {
      #expect(try use(bytes))
      var refused = 0
      for length in 0..<bytes.count where try !use(Array(bytes[..<length])) { refused += 1 }
      #expect(refused > bytes.count / 2)
    }
  }

  @Test func changedAtEveryByte() throws {
    var random = SeededRandom(4)
    var refused = 0
    for bytes in try samples() {
      for place in bytes.indices {
        var changed = bytes
        for value in [0, 0x7F, 0xFF, UInt8.random(in: 0...255, using: &random)] {
          changed[place] = value
          if try !use(changed) { refused += 1 }
        }
        // A number of ten bytes and more in its place.
        for length in [9, 11] {
          changed = bytes
          changed.replaceSubrange(place...place, with: Array(repeating: 0xFF, count: length) + [1])
          if try !use(changed) { refused += 1 }
        }
      }
    }
    #expect(refused > 1000)
  }

  @Test func randomBytesBehindKnownTags() throws {
    var random = SeededRandom(5)
    let tags: [UInt8] = [
      8, 18, 26, 34, 42, 50, 58, 66, 74, 82, 90, 98, 106, 114, 122, 16, 24, 32, 37, 160, 162,
    ]
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        bytes.append(tags.randomElement(using: &random)!)
        bytes.append(UInt8.random(in: 0...20, using: &random))
      }
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        bytes = Wire.bytes([7, 1, 5, 5, 11, 2].randomElement(using: &random)!, bytes)
      }
      _ = try use(Wire.bytes(7, bytes))
    }
  }

  @Test func declaredSizesAreHeldToTheBytes() throws {
    let type = Wire.number(2, 1)
    let sizes: [[Int]] = [
      [1 << 62], [1 << 31, 1 << 31], [-1], [.min], [.max], [.max, .max], [0, .max, .max], [1 << 32, 1 << 32],
      Array(repeating: 2, count: 32), Array(repeating: 1, count: 33), [3], [1 << 56],
    ]
    for sizes in sizes {
      let dims = sizes.flatMap { Wire.number(1, $0) }
      for data in [[], Wire.bytes(9, [1, 2, 3, 4]), Wire.bytes(4, [1, 2, 3, 4])] {
        for tensor in [
          dims + type + data,
          Wire.bytes(1, sizes.flatMap { Wire.varint(UInt64(bitPattern: Int64($0))) }) + type + data,
        ] {
          #expect(try !use(model(ofTensor: tensor)), "\(sizes)")
        }
      }
    }
    // A length beyond the end, at each level.
    for huge in [1 << 20, 1 << 40, 1 << 62] {
      var bytes = Wire.tag(9, 2) + Wire.varint(UInt64(huge))
      for field in [5, 7] {
        #expect(try !use(Wire.tag(7, 2) + Wire.varint(UInt64(bytes.count)) + bytes))
        bytes = Wire.tag(field, 2) + Wire.varint(UInt64(huge)) + bytes
      }
      #expect(try !use(bytes))
    }
  }

  @Test func deepNesting() throws {
    // Graphs in attributes of nodes of graphs: not entered.
    var graph: [UInt8] = []
    for _ in 0..<2000 { graph = Wire.bytes(1, Wire.bytes(5, Wire.bytes(6, graph))) }
    #expect(try use(Wire.bytes(7, graph)))
    // 100,000 levels of messages, as bytes that nobody could nest.
    #expect(try !use(Array(repeating: 0x3A, count: 100_000)))
    #expect(try !use(Array(repeating: [0x3A, 0xFF, 0xFF, 0xFF, 0x7F], count: 100_000).flatMap { $0 }))
    // Groups in groups.
    let groups = Array(repeating: UInt8(0x9B), count: 1) + [6]
    let deep = Array(repeating: groups, count: 100_000).flatMap { $0 }
    #expect(try !use(deep))
    #expect(try !use(Wire.bytes(7, deep)))
    // Types of types.
    var type: [UInt8] = []
    for _ in 0..<2000 { type = Wire.bytes(4, Wire.bytes(1, type)) }
    #expect(try use(Wire.bytes(7, Wire.bytes(11, Wire.bytes(2, type)))))
  }

  @Test func smallPartsAreCounted() throws {
    var limits = OnnxLimits()
    limits.parts = 1000
    let floods = [
      Wire.bytes(1, []), Wire.bytes(11, []), Wire.bytes(13, []), Wire.bytes(16, []), Wire.bytes(15, []),
      Wire.bytes(14, []),
    ]
    for part in floods {
      let graph = Array(repeating: part, count: 2000).flatMap { $0 }
      #expect(throws: OnnxError(path: "net.onnx", .model, .tooManyParts(limit: 1000))) {
        try read(Wire.bytes(7, graph), limits: limits)
      }
      let node = Wire.bytes(1, graph)
      if part[0] == 0x0A {
        #expect(throws: OnnxError(path: "net.onnx", .model, .tooManyParts(limit: 1000))) {
          try read(Wire.bytes(7, node), limits: limits)
        }
      }
    }
    // Runs of numbers, each a list entry of its own.
    let runs = Array(repeating: Wire.number(5, 1) + Wire.number(99, 1), count: 2000).flatMap { $0 }
    #expect(throws: OnnxError(path: "net.onnx", .model, .tooManyParts(limit: 1000))) {
      try read(model(ofTensor: runs), limits: limits)
    }
    limits.attributeBytes = 1000
    let attribute = Wire.bytes(5, Wire.bytes(8, Array(repeating: 0, count: 500)))
    #expect(throws: OnnxError(path: "net.onnx", .model, .tooManyBytes(limit: 1000))) {
      try read(Wire.bytes(7, Wire.bytes(1, attribute)), limits: limits)
    }
    let constant = Wire.bytes(
      5,
      Wire.bytes(5, Wire.number(1, 500) + Wire.number(2, 7) + Wire.bytes(7, Array(repeating: 0, count: 500))))
    #expect(throws: OnnxError(path: "net.onnx", .model, .tooManyBytes(limit: 1000))) {
      try read(Wire.bytes(7, Wire.bytes(1, constant)), limits: limits)
    }
  }
}
