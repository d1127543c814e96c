import Testing

@testable import Rules

@Suite struct TensorTests {
  /// The number at an index, by the definition of row-major order.
  private func at(_ tensor: Tensor, _ index: [Int]) -> Double {
    tensor.values[zip(index, tensor.strides).reduce(0) { $0 + $1.0 * $1.1 }]
  }

  private func indices(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { heads, size in heads.flatMap { head in (0..<size).map { head + [$0] } } }
  }

  @Test func broadcastingAgreesWithItsDefinition() throws {
    var random = SplitMix(seed: 3)
    for _ in 0..<500 {
      let full = (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...3, using: &random)
      }
      func operand() -> Tensor {
        let shape = full.map { Bool.random(using: &random) ? 1 : $0 }.dropFirst(
          Int.random(in: 0...full.count, using: &random))
        let count = shape.reduce(1, *)
        return Tensor(
          shape: Array(shape), values: (0..<count).map { _ in Double(Int.random(in: 1...9, using: &random)) })
      }
      let (a, b) = (operand(), operand())
      let shape = try #require(Tensor.broadcastShape(a.shape, b.shape))
      let result = PairOperation.subtract.apply(a, b, shape: shape)
      func pick(_ tensor: Tensor, _ index: [Int]) -> Double {
        at(tensor, zip(tensor.shape, index.suffix(tensor.shape.count)).map { $0 == 1 ? 0 : $1 })
      }
      #expect(result.shape == shape && result.values == indices(shape).map { pick(a, $0) - pick(b, $0) })
    }
  }

  @Test func shufflesAndReductionsAgreeWithTheirDefinitions() {
    var random = SplitMix(seed: 5)
    for _ in 0..<300 {
      let shape = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 0...3, using: &random)
      }
      let tensor = Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map(Double.init))
      let order = Array(shape.indices).shuffled(using: &random)
      let transposed = tensor.transposed(order)
      for index in indices(shape) { #expect(at(transposed, order.map { index[$0] }) == at(tensor, index)) }
      let axes = shape.indices.filter { _ in Bool.random(using: &random) }
      let flipped = tensor.flipped(axes)
      for index in indices(shape) {
        let mirrored = index.indices.map { axes.contains($0) ? shape[$0] - 1 - index[$0] : index[$0] }
        #expect(at(flipped, mirrored) == at(tensor, index))
      }
      let reduced = tensor.reduced(axes, from: 0) { $0 + $1 }
      var sums: [[Int]: Double] = [:]
      for index in indices(shape) {
        sums[index.indices.filter { !axes.contains($0) }.map { index[$0] }, default: 0] += at(tensor, index)
      }
      for index in indices(reduced.shape) { #expect(at(reduced, index) == sums[index, default: 0]) }
    }
  }

  @Test(
    arguments: [
      ([], 1), ([2, 3], 6), ([0, 5], 0), ([-1], nil), ([.max, 2], nil), ([0, .max, 2], nil), ([.max], .max),
    ] as [([Int], Int?)])
  func elementCounts(shape: [Int], count: Int?) { #expect(Tensor.elementCount(of: shape) == count) }

  @Test(
    arguments: [
      ([2, 3], [3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([], [4], [4]), ([2], [3], nil), ([0], [1], [0]),
      ([2, 3], [2], nil),
    ] as [([Int], [Int], [Int]?)])
  func broadcastShapes(a: [Int], b: [Int], shape: [Int]?) { #expect(Tensor.broadcastShape(a, b) == shape) }
}
