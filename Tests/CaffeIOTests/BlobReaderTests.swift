import Testing
import WireTestSupport

@testable import CaffeIO

/// Weights in several forms from one reading, against element-by-element arithmetic.
@Suite struct BlobReaderTests {
  private enum Storage: CaseIterable { case packed, tagged, double, half }

  private static let count = 3 * 11 * 400
  private static let shape = [3, 11, 400]

  private func file(_ values: [Double], _ storage: Storage) throws -> WeightsFile {
    let body: [UInt8] =
      switch storage {
      case .packed: Wire.blob(values.map { Float($0) }, Self.shape)
      case .tagged:
        values.flatMap { Wire.tag(5, 5) + Wire.fixed(Float($0).bitPattern) } + Wire.shape(Self.shape)
      case .double: Wire.shape(Self.shape) + Wire.bytes(8, Wire.doubles(values))
      case .half:
        Wire.shape(Self.shape) + Wire.number(10, 2) + Wire.bytes(12, Wire.halves(values.map { Float16($0) }))
      }
    return try WeightsFile(TestFiles.input(Wire.layer("it", "Convolution", blobs: [body])))
  }

  private func doubles(_ values: WeightValues) -> [Double] {
    switch values {
    case .floats(let floats): floats.map { Double($0) }
    case .doubles(let doubles): Array(doubles)
    }
  }

  @Test(arguments: 0..<4)
  func allFormsOfABlob(index: Int) throws {
    let storage = Storage.allCases[index]
    var random = SeededRandom(5)
    let values = (0..<Self.count).map { _ in Double(Float.random(in: -2...2, using: &random)) }
    let file = try file(values, storage)
    let blob = file.layers[0].blobs[0]
    let scales = [
      ChannelScale(factors: [0.3, -1.7, 2.1], inner: 11 * 400, modulus: 3),
      ChannelScale(
        factors: (0..<11).map { 1 + 0.1 * Double($0) }, inner: 400, modulus: 11, rowsPerGroup: 3),
    ]
    let new = (0..<Self.count).map { _ in Double.random(in: -1...1, using: &random) }
    let scaled = Blob.scaled(blob, scales)
    let held = Blob.values(new, shape: Self.shape, storage: .float)
    let computed = scales.reduce(Blob.computed(new, shape: Self.shape, storage: .half)) { $0.scaled(by: $1) }
    let reader = try BlobReader(
      file,
      [
        (Blob(blob), .asWritten), (scaled, .asWritten), (scaled, .unrounded), (held, .asWritten),
        (held, .unrounded), (computed, .asWritten), (computed, .unrounded),
      ])
    let stored = values.map { storage == .half ? Double(Float16($0)) : $0 }
    let range = 4001..<Self.count - 7
    var next = range.lowerBound
    try reader.run(range) { first, forms in
      #expect(first == next && forms.count == 7)
      let found = forms.map(doubles)
      next += found[0].count
      for (offset, element) in (first..<next).enumerated() {
        let factor = scales[0].factors[element / 4400] * scales[1].factors[element / 400 % 11]
        let product = stored[element] * factor
        let rounded =
          storage == .half ? Double(Float16(product)) : storage == .double ? product : Double(Float(product))
        let made = new[element] * factor
        let expected = [
          stored[element], rounded, product, Double(Float(new[element])), new[element],
          Double(Float16(made)), made,
        ]
        guard found.map({ $0[offset] }) != expected else { continue }
        Issue.record("element \(element): \(found.map { $0[offset] }), not \(expected)")
        return
      }
    }
    #expect(next == range.upperBound)
  }

  @Test func aScaledValueThatOverflowsIsNamed() throws {
    var values = [Double](repeating: 1, count: Self.count)
    values[5000] = 3e38
    let file = try file(values, .packed)
    let scale = ChannelScale(factors: [2, 2, 2], inner: 4400, modulus: 3)
    let reader = try BlobReader(file, Blob(file.layers[0].blobs[0]).scaled(by: scale))
    #expect(throws: EmissionError.self) { try reader.run(0..<Self.count) { _, _ in } }
    try reader.run(0..<5000) { _, _ in }
  }

  @Test func smallBlobsAsAWhole() throws {
    let values = (0..<Self.count).map { Double($0 % 1000) }
    let file = try file(values, .half)
    #expect(try BlobReader(file, Blob(file.layers[0].blobs[0])).values() == values)
    let thirds = values.map { $0 / 3 }
    let computed = Blob.computed(thirds, shape: Self.shape, storage: .float)
    #expect(try BlobReader(file, computed).values() == thirds.map { Double(Float($0)) })
    #expect(try BlobReader(file, computed, .unrounded).values() == thirds)
    #expect(try BlobReader(file, computed, .unrounded).floats() == thirds.map { Float($0) })
    #expect(try BlobReader(file, Blob(file.layers[0].blobs[0])).floats() == values.map { Float($0) })
  }

  /// A blob that came in many runs is read from the run that holds the range on, not from the first.
  @Test func rangesOfABlobInManyRuns() throws {
    let values = (0..<1000).map(Float.init)
    let body = values.flatMap { Wire.bytes(5, Wire.floats([$0])) }
    let file = try WeightsFile(TestFiles.input(Wire.layer("it", "Convolution", blobs: [body])))
    let blob = file.layers[0].blobs[0]
    #expect(blob.segments.count == 1000)
    #expect(blob.segments(holding: 990..<995).map(\.firstElement) == Array(990..<995))
    #expect(blob.segments(holding: 1000..<1000).isEmpty)
    let reader = try BlobReader(file, Blob(blob))
    for range in [0..<1000, 10..<990, 999..<1000, 500..<500] {
      let read = try [Double](unsafeUninitializedCapacity: range.count) { buffer, count in
        try reader.read(range, into: buffer)
        count = range.count
      }
      #expect(read == range.map(Double.init))
    }
  }
}
