import Glibc
import Testing
import WireTestSupport

@testable import CaffeIO

/// Values of any size, which may only be asked for whole; the last one may be cut short.
private struct UnevenValues: ByteSource {
  let byteCount: Int
  let valueSize: Int

  static func byte(at offset: Int) -> UInt8 { UInt8(truncatingIfNeeded: offset &* 31 ^ offset >> 8) }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    let end = offset + buffer.count
    #expect(offset % valueSize == 0 && (end % valueSize == 0 || end == byteCount))
    for index in buffer.indices { buffer[index] = Self.byte(at: offset + index) }
  }
}

@Suite struct PieceWriterTests {
  /// What pieces come to, worked out in one go.
  private func naive(_ pieces: OutputPieces, _ input: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    for piece in pieces.pieces {
      switch piece {
      case .kept(let range): output += input[range]
      case .bytes(let bytes): output += bytes
      case .scaled(let run):
        var bytes = Array(input[run.byteRange])
        for index in 0..<run.segment.count {
          let place = index * run.segment.stride
          let old = bytes[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
          let factor = run.scales.factor(of: run.segment.firstElement + index)
          let new = Float(Double(Float(bitPattern: old)) * factor)
          bytes.replaceSubrange(place..<place + 4, with: Wire.floats([new]))
        }
        output += bytes
      case .computed(let run):
        var bytes = run.segment.map { Array(input[$0.byteRange(elementSize: 4)]) } ?? []
        for (index, element) in run.elements.enumerated() {
          let new = Wire.floats([Float(Self.number(element))])
          if let stride = run.segment?.stride {
            bytes.replaceSubrange(index * stride..<index * stride + 4, with: new)
          } else {
            bytes += new
          }
        }
        output += bytes
      case .source(let source): output += (0..<source.byteCount).map(UnevenValues.byte)
      }
    }
    return output
  }

  private static func number(_ element: Int) -> Double { Double(element * element) / 7 }

  /// A run of computed numbers, over a segment of the input whose other bytes stay if there is one.
  private func computed(_ elements: Range<Int>, over segment: BlobSegment?) throws -> ComputedRun {
    let numbers = KnownNumbers((0..<elements.upperBound).map(Self.number))
    let content = BlobContent.computed(
      ComputedBlob(numbers, shape: [elements.upperBound], storage: .float, largest: 0))
    return ComputedRun(
      reader: try BlobContentReader(WeightsFile(TestFiles.input(Wire.layer("a", "ReLU"))), content),
      elements: elements,
      storage: .float, segment: segment, subject: .net, path: "net.caffemodel")
  }

  private func written(_ pieces: OutputPieces, _ input: [UInt8], chunk: Int, threads: Int) throws -> [UInt8] {
    try TestFiles.withFolder { folder in
      var options = PieceWriter.Options()
      options.chunkBytes = chunk
      options.threads = threads
      options.parallelBytes = 0
      let output = try AtomicFile(path: folder + "/out")
      try PieceWriter(pieces, from: TestFiles.input(input), to: output, options: options).run()
      return TestFiles.contents(of: output.descriptor)
    }
  }

  /// Any order of kept, new, scaled and computed parts, packed and not, through chunks of any size.
  @Test(arguments: 0..<150)
  func anyPiecesAndChunks(seed: Int) throws {
    var random = SeededRandom(UInt64(seed))
    let input = Wire.floats((0..<2000).map { _ in Float.random(in: -1...1, using: &random) })
    var pieces = OutputPieces()
    for _ in 0..<Int.random(in: 0...20, using: &random) {
      let start = Int.random(in: 0..<input.count / 2, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: pieces.keep(start..<start + Int.random(in: 0...500, using: &random))
      case 1: pieces.add((0..<Int.random(in: 0...50, using: &random)).map { UInt8($0) })
      case 2:
        let first = Int.random(in: 0...50, using: &random)
        pieces.add(try computed(first..<first + Int.random(in: 0...300, using: &random), over: nil))
      case 3:
        let size = [1, 3, 8].randomElement(using: &random)!
        pieces.add(UnevenValues(byteCount: Int.random(in: 0...900, using: &random), valueSize: size))
      case 4:
        let count = Int.random(in: 1...300, using: &random)
        let segment = BlobSegment(firstElement: 9, offset: start, stride: 5, count: count)
        pieces.add(try computed(9..<9 + count, over: segment))
      default:
        let count = Int.random(in: 0...300, using: &random)
        let segment = BlobSegment(firstElement: 5, offset: start / 4 * 4, stride: 4, count: count)
        let scale = ChannelScale(
          factors: (0..<400).map { Double($0) / 7 }, inner: Int.random(in: 1...20, using: &random),
          modulus: 400)
        pieces.add(ScaledRun(segment: segment, storage: .float, scales: ScaleStack([scale]), subject: .net))
      }
    }
    let chunk = Int.random(in: 16...3000, using: &random)
    let output = try written(pieces, input, chunk: chunk, threads: 1 + seed % 3)
    #expect(output.count == pieces.byteCount)
    #expect(output == naive(pieces, input))
  }

  @Test func unpackedValuesKeepTheirTags() throws {
    let input = (0..<100).flatMap { Wire.tag(5, 5) + Wire.floats([Float($0)]) }
    var pieces = OutputPieces()
    pieces.keep(0..<1)
    let segment = BlobSegment(firstElement: 0, offset: 1, stride: 5, count: 100)
    let scale = ChannelScale(factors: (0..<100).map(Double.init), inner: 1, modulus: 100)
    pieces.add(ScaledRun(segment: segment, storage: .float, scales: ScaleStack([scale]), subject: .net))
    let expected = (0..<100).flatMap { Wire.tag(5, 5) + Wire.floats([Float($0 * $0)]) }
    for chunk in 16..<40 {
      #expect(try written(pieces, input, chunk: chunk, threads: 2) == expected)
    }
  }

  @Test func neighboursBecomeOne() {
    var pieces = OutputPieces()
    pieces.keep(0..<5)
    pieces.keep(5..<5)
    pieces.keep(5..<9)
    pieces.add([1])
    pieces.add([])
    pieces.add([2])
    pieces.keep(20..<21)
    #expect(pieces.pieces.count == 3)
    #expect(pieces.byteCount == 12)
  }

  @Test func overflowNamesTheValue() throws {
    let input = Wire.floats([1, .infinity, .nan, 3e38, 3e38])
    var pieces = OutputPieces()
    let segment = BlobSegment(firstElement: 10, offset: 0, stride: 4, count: 5)
    let scale = ChannelScale(factors: Array(repeating: 2, count: 15), inner: 1, modulus: 15)
    let subject = WireSubject.blob(index: 0, layerIndex: 3, layerName: "conv1")
    pieces.add(ScaledRun(segment: segment, storage: .float, scales: ScaleStack([scale]), subject: subject))
    let error = #expect(throws: EmissionError.self) { try written(pieces, input, chunk: 4096, threads: 1) }
    #expect(
      error?.diagnostic.text
        == "net.caffemodel: error: value 13 of blob 0 of layer 'conv1', 3e+38, becomes too large for a float when multiplied by 2.0; --skip-layer leaves the layer as it is"
    )
  }

  /// Infinities and NaNs that were there before stay and are no error.
  @Test func valuesThatWereNotFinite() throws {
    let input = Wire.floats([1, .infinity, -.infinity, 3])
    var pieces = OutputPieces()
    let segment = BlobSegment(firstElement: 0, offset: 0, stride: 4, count: 4)
    let scale = ChannelScale(factors: [2], inner: 4, modulus: 1)
    pieces.add(ScaledRun(segment: segment, storage: .float, scales: ScaleStack([scale]), subject: .net))
    let output = try written(pieces, input, chunk: 4096, threads: 1)
    #expect(output == Wire.floats([2, .infinity, -.infinity, 6]))
  }

  @Test func aShrunkInputIsAnError() throws {
    let input = try TestFiles.input([1, 2, 3, 4])
    var pieces = OutputPieces()
    pieces.keep(0..<10)
    let error = #expect(throws: FileError.self) {
      try TestFiles.withFolder { folder in
        try PieceWriter(pieces, from: input, to: AtomicFile(path: folder + "/out")).run()
      }
    }
    #expect(
      error?.diagnostic.text
        == "net.caffemodel: byte 4: error: the file ends here, it had 4 bytes when it was opened; is it still being written?"
    )
  }

  @Test func progressReachesTheEnd() throws {
    var seen: [Int] = []
    try TestFiles.withFolder { folder in
      var pieces = OutputPieces()
      pieces.keep(0..<1000)
      var options = PieceWriter.Options()
      options.chunkBytes = 100
      let writer = PieceWriter(
        pieces, from: try TestFiles.input(Array(repeating: 0, count: 1000)),
        to: try AtomicFile(path: folder + "/out"), options: options)
      try writer.run { done, all in
        #expect(all == 1000)
        seen.append(done)
      }
    }
    #expect(seen == Array(stride(from: 100, through: 1000, by: 100)))
  }

  /// The thread that reports waits after its first chunk, so that the other one writes the rest.
  @Test func progressReachesTheEndWhicheverThreadWritesLast() throws {
    try TestFiles.withFolder { folder in
      var pieces = OutputPieces()
      pieces.keep(0..<1000)
      var options = PieceWriter.Options()
      options.chunkBytes = 100
      options.parallelBytes = 0
      let writer = PieceWriter(
        pieces, from: try TestFiles.input(Array(repeating: 0, count: 1000)),
        to: try AtomicFile(path: folder + "/out"), options: options)
      var last = 0
      try writer.run { done, _ in
        if last == 0 { usleep(100_000) }
        last = done
      }
      #expect(last == 1000)
    }
  }
}
