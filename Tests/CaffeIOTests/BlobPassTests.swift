import Testing
import WireTestSupport

@testable import CaffeIO

/// Weights in several forms from one reading, against element-by-element arithmetic.
@Suite struct BlobPassTests {
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
    let content = BlobContent.scaled(blob, scales)
    var computed = ComputedBlob(KnownNumbers(new), shape: Self.shape, storage: .half, largest: 0)
    computed.scales = scales
    let pass = try BlobPass(
      file,
      [
        BlobPass.Form(.stored(blob)), BlobPass.Form(content), BlobPass.Form(content, .unrounded),
        BlobPass.Form(.values(new, shape: Self.shape, storage: .float)),
        BlobPass.Form(.values(new, shape: Self.shape, storage: .float), .unrounded),
        BlobPass.Form(.computed(computed)), BlobPass.Form(.computed(computed), .unrounded),
      ])
    let stored = values.map { storage == .half ? Double(Float16($0)) : $0 }
    let range = 4001..<Self.count - 7
    var next = range.lowerBound
    try pass.run(range) { first, forms in
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
    let content = BlobContent.scaled(
      file.layers[0].blobs[0], [ChannelScale(factors: [2, 2, 2], inner: 4400, modulus: 3)])
    let pass = try BlobPass(file, [BlobPass.Form(content)])
    #expect(throws: EmissionError.self) { try pass.run(0..<Self.count) { _, _ in } }
    try pass.run(0..<5000) { _, _ in }
  }

  @Test func smallBlobsAsAWhole() throws {
    let values = (0..<Self.count).map { Double($0 % 1000) }
    let file = try file(values, .half)
    #expect(try BlobEvaluator(file).values(of: .stored(file.layers[0].blobs[0])) == values)
    let computed = ComputedBlob(
      KnownNumbers(values.map { $0 / 3 }), shape: Self.shape, storage: .float, largest: 0)
    #expect(
      try BlobEvaluator(file).values(of: .computed(computed)) == values.map { Double(Float($0 / 3)) })
    #expect(try BlobEvaluator(file, .unrounded).values(of: .computed(computed)) == values.map { $0 / 3 })
  }
}
