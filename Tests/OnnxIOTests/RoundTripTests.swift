import CaffeIO
import Testing
import WireTestSupport

@testable import OnnxIO

@Suite struct RoundTripTests {
  @Test(arguments: 0..<200)
  func anyModelComesBack(seed: Int) throws {
    var random = SeededRandom(UInt64(seed))
    let model = random.model()
    let bytes = try written(model)
    #expect(bytes.count == (try OnnxWriter(model, path: "net.onnx").byteCount))
    let back = try read(bytes)
    #expect(try lines(back) == lines(model))
    #expect(try written(back) == bytes)
  }

  /// Through files, with the elements beside the model, in chunks.
  @Test(arguments: 0..<10)
  func anyModelComesBackWithDataBesideIt(seed: Int) throws {
    var random = SeededRandom(UInt64(seed))
    var model = random.model()
    for size in [3, 4096, 1 << 20, 70_000] {
      model.graph.initializers.append(
        OnnxInitializer(
          name: "w\(size)", elementType: OnnxElementType.uint8, shape: [size],
          source: .bytes((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })))
    }
    try TestFiles.withFolder { folder in
      var options = OnnxWriter.Options()
      options.externalData = .always
      options.smallestExternal = [0, 1, 1024].randomElement(using: &random)!
      let writer = try OnnxWriter(model, path: folder + "/net.onnx", options: options)
      let output = try OnnxOutput(for: writer, inputs: [])
      var pieces = PieceWriter.Options()
      pieces.chunkBytes = Int.random(in: 500...90_000, using: &random)
      pieces.parallelBytes = 0
      var last = (0, 0)
      try writer.write(to: output, options: pieces) { last = ($0, $1) }
      #expect(last.0 > 0 && last.1 == writer.byteCount + (writer.dataByteCount ?? 0))
      #expect(TestFiles.names(in: folder) == [])
      #expect(try lines(output.reader().read()) == lines(model))
      try output.publish()
      #expect(TestFiles.names(in: folder) == ["net.onnx", "net.onnx.data"])
      #expect(try lines(OnnxReader(path: folder + "/net.onnx").read()) == lines(model))
    }
  }

  @Test func elementsCanBeReadInParts() throws {
    let model = OnnxModel(
      irVersion: 8, opsets: [("", 17)],
      graph: OnnxGraph(
        name: "g", initializers: [OnnxInitializer(name: "w", OnnxTensor((0..<40).map(Float.init)))]))
    let source = try read(written(model)).graph.initializers[0].source
    let whole = Wire.floats((0..<40).map(Float.init))
    #expect(try source.allBytes() == whole)
    for (offset, count) in [(0, 160), (1, 3), (3, 8), (159, 1), (4, 4), (7, 0)] {
      var part = [UInt8](repeating: 0, count: count)
      try part.withUnsafeMutableBytes { try source.read(at: offset, into: $0) }
      #expect(part == Array(whole[offset..<offset + count]))
    }
    for size in 1...170 {
      var joined: [UInt8] = []
      try source.write(pieceBytes: size) { joined += $0 }
      #expect(joined == whole)
    }
  }

  @Test func numbersAreComputedWhenTheyAreWritten() throws {
    let count = 100_000
    func source(_ storage: BlobStorage) -> OnnxTensorSource {
      .numbers(count, as: storage, of: "w") { range, output in
        for (place, element) in range.enumerated() { output[place] = Double(element) / 3 }
      }
    }
    let numbers = (0..<count).map { Double($0) / 3 }
    #expect(try source(.float).allBytes() == Wire.floats(numbers.map { Float($0) }))
    #expect(try source(.double).allBytes() == Wire.doubles(numbers))
    #expect(try source(.half).allBytes() == Wire.halves(numbers.map { Float16($0) }))
    // A part that begins and ends within a number.
    var part = [UInt8](repeating: 0, count: 70_001)
    try part.withUnsafeMutableBytes { try source(.float).read(at: 3, into: $0) }
    #expect(part == Array(Wire.floats(numbers.map { Float($0) })[3..<70_004]))
  }

  @Test func aNumberThatIsTooLargeIsNamed() throws {
    let source = OnnxTensorSource.numbers(20_000, as: .float, of: "w") { range, output in
      for (place, element) in range.enumerated() { output[place] = element == 17_000 ? 1e39 : .infinity }
    }
    #expect(
      throws: OnnxError(
        .initializer(index: nil, name: "w"), .overflow(element: 17_000, value: 1e39, storage: .float))
    ) { try source.allBytes() }
  }

  @Test func blobsAreCopiedOrConverted() throws {
    let values = (0..<12).map { Float($0) / 7 }
    let packed = Wire.blob(values, [3, 4])
    let unpacked = values.flatMap { Wire.tag(5, 5) + Wire.floats([$0]) } + Wire.shape([3, 4])
    for blob in [packed, unpacked] {
      let file = try WeightsFile(TestFiles.input(Wire.layer("c", "Convolution", blobs: [blob])))
      let stored = file.layers[0].blobs[0]
      func bytes(_ storage: BlobStorage) throws -> [UInt8] {
        try OnnxTensorSource.blob(.stored(stored), of: file, as: storage, name: "w").allBytes()
      }
      #expect(try bytes(.float) == Wire.floats(values))
      #expect(try bytes(.half) == Wire.halves(values.map { Float16($0) }))
      #expect(try bytes(.double) == Wire.doubles(values.map { Double($0) }))
    }
  }
}
