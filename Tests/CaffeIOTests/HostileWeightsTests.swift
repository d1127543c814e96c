import Glibc
import Testing
import WireTestSupport

@testable import CaffeIO

/// Damaged real files give an error or an index that can be used; nothing traps.
@Suite struct HostileWeightsTests {
  /// Reads everything that an index offers.
  private func use(_ input: InputFile) throws -> Bool {
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: 8)
    defer { values.deallocate() }
    do {
      let file = try WeightsFile(input)
      for layer in file.layers {
        for blob in layer.blobs where blob.storage.elementSize > 0 {
          // Both ends lie in the file then.
          let count = min(blob.count, 8)
          let reader = try BlobReader(file, Blob(blob))
          try reader.read(0..<count, into: values)
          try reader.read(blob.count - count..<blob.count, into: values)
        }
        var edit = MessageEdit()
        edit.set([1], [.string("renamed")])
        var rewriter = MessageRewriter(file.file)
        _ = try rewriter.rewrite(layer.bodyRange, edit)
      }
      return true
    } catch let error as WireFormatError {
      #expect((0...input.byteCount).contains(error.offset))
      #expect(!error.diagnostic.sentence.isEmpty)
      return false
    }
  }

  @Test func truncatedAtAnyPlace() throws {
    var random = SeededRandom(1)
    for path in TestFiles.realModels() {
      let bytes = TestFiles.contents(path)
      var cuts = (0..<25).map { _ in Int.random(in: 0..<bytes.count, using: &random) }
      cuts += Array(0..<min(25, bytes.count))
      let input = try TestFiles.input(bytes)
      for cut in cuts.sorted(by: >) {
        ftruncate(input.descriptor, cut)
        _ = try use(InputFile(owning: dup(input.descriptor), path: "cut"))
      }
    }
  }

  @Test func changedAtAnyPlace() throws {
    var random = SeededRandom(2)
    for path in TestFiles.realModels() {
      let bytes = TestFiles.contents(path)
      let input = try TestFiles.input(bytes)
      let structure = structuralBytes(try WeightsFile(input), bytes.count)
      var refused = 0
      for _ in 0..<30 {
        // Changes of values are never noticed, so most go where the structure is.
        let places = (0..<Int.random(in: 1...4, using: &random)).map { _ in
          Bool.random(using: &random)
            ? Int.random(in: 0..<bytes.count, using: &random) : structure.randomElement(using: &random)!
        }
        for place in places {
          var byte = UInt8.random(in: 0...255, using: &random)
          pwrite(input.descriptor, &byte, 1, place)
        }
        if try !use(InputFile(owning: dup(input.descriptor), path: "changed")) { refused += 1 }
        for place in places {
          var byte = bytes[place]
          pwrite(input.descriptor, &byte, 1, place)
        }
      }
      #expect(refused > 0, "\(path)")
    }
  }

  private func structuralBytes(_ file: WeightsFile, _ count: Int) -> [Int] {
    var places: [Int] = []
    var next = 0
    for blob in file.layers.flatMap(\.blobs) {
      for segment in blob.segments {
        let range = segment.byteRange(elementSize: blob.storage.elementSize)
        places += next..<range.lowerBound
        next = range.upperBound
      }
    }
    return places + (next..<count)
  }

  /// Short random bytes, where every kind of field is likely.
  @Test func randomBytes() throws {
    var random = SeededRandom(3)
    let alphabet: [UInt8] = [
      0, 1, 2, 3, 4, 5, 7, 8, 10, 18, 0x0B, 0x0C, 0x2A, 0x2D, 0x32, 0x3A, 0x52, 0x62, 0x80, 0xA2, 0x06, 0xFF,
    ]
    let input = try TestFiles.input([])
    for _ in 0..<5_000 {
      var bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in
        alphabet.randomElement(using: &random)!
      }
      // Most begin as a layer, so that more than the first tag is read.
      if Bool.random(using: &random) { bytes = Wire.bytes(100, Wire.bytes(7, bytes)) }
      ftruncate(input.descriptor, 0)
      pwrite(input.descriptor, bytes, bytes.count, 0)
      _ = try use(InputFile(owning: dup(input.descriptor), path: "random"))
    }
  }
}
