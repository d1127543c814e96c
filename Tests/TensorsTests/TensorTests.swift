import RandomTestSupport
import Testing
@testable import Tensors

@Suite struct TensorTests {
  /// The number at an index, by the definition of row-major order.
  private func at(_ tensor: Tensor, _ index: [Int]) -> Double {
    tensor.values[zip(index, Tensor.strides(of: tensor.shape)).reduce(0) { $0 + $1.0 * $1.1 }]
  }

  /// Held in every other case, and read from a source in the rest.
  private func lazy(_ tensor: Tensor) -> LazyTensor {
    tensor.values.count % 2 == 0
      ? LazyTensor(tensor) : LazyTensor(shape: tensor.shape, Numbers(tensor.values))
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
      let result = try LazyTensor.paired(.subtract, lazy(a), lazy(b), shape: shape).held()
      func pick(_ tensor: Tensor, _ index: [Int]) -> Double {
        at(tensor, zip(tensor.shape, index.suffix(tensor.shape.count)).map { $0 == 1 ? 0 : $1 })
      }
      #expect(result.shape == shape && result.values == indices(shape).map { pick(a, $0) - pick(b, $0) })
    }
  }

  @Test func shufflesAndReductionsAgreeWithTheirDefinitions() throws {
    var random = SplitMix(seed: 5)
    for _ in 0..<300 {
      let shape = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 0...3, using: &random)
      }
      let tensor = Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map(Double.init))
      let order = Array(shape.indices).shuffled(using: &random)
      let transposed = try lazy(tensor).transposed(order).held()
      for index in indices(shape) { #expect(at(transposed, order.map { index[$0] }) == at(tensor, index)) }
      let axes = shape.indices.filter { _ in Bool.random(using: &random) }
      let flipped = try lazy(tensor).flipped(axes).held()
      for index in indices(shape) {
        let mirrored = index.indices.map { axes.contains($0) ? shape[$0] - 1 - index[$0] : index[$0] }
        #expect(at(flipped, mirrored) == at(tensor, index))
      }
      let reduced = try lazy(tensor).reduced(axes, .sum)
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

  /// Chains of views over many numbers, which are read in windows from block to block, in ranges that begin anywhere.
  @Test func whatIsReadInPiecesIsWhatIsHeld() throws {
    var random = SplitMix(seed: 11)
    for _ in 0..<60 {
      var shape = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        Int.random(in: 1...24, using: &random)
      }
      shape[Int.random(in: shape.indices, using: &random)] *= Int.random(in: 1...40, using: &random)
      let numbers = Tensor(
        shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Double.random(in: -1...1, using: &random) })
      var held = LazyTensor(numbers)
      var computed = LazyTensor(shape: shape, Numbers(numbers.values))
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        let operation = operation(on: held.shape, &random)
        held = LazyTensor(try operation(held).held())
        computed = operation(computed)
      }
      let wanted = try #require(held.tensor)
      #expect(try computed.held() == wanted)
      let low = Int.random(in: 0...wanted.values.count, using: &random)
      let range = low..<Int.random(in: low...wanted.values.count, using: &random)
      let part = try [Double](unsafeUninitializedCapacity: range.count) { buffer, count in
        try computed.read(range, into: buffer)
        count = range.count
      }
      #expect(part == Array(wanted.values[range]))
    }
  }

  private func operation(on shape: [Int], _ random: inout SplitMix) -> (LazyTensor) -> LazyTensor {
    let axis = Int.random(in: shape.indices, using: &random)
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      let order = Array(shape.indices).shuffled(using: &random)
      return { $0.transposed(order) }
    case 1:
      let low = Int.random(in: 0..<shape[axis], using: &random)
      let range = low..<Int.random(in: low + 1...shape[axis], using: &random)
      return { $0.sliced(range, axis: axis) }
    case 2: return { $0.flipped([axis]) }
    case 3:
      let margins = shape.map { _ in Int.random(in: 0...2, using: &random) }
      let result = zip(shape, margins).map { $0 + 2 * $1 }
      return { $0.padded(to: result, at: margins) }
    case 4: return { LazyTensor.concatenated([$0, $0.mapped(.negate), $0], axis: axis) }
    case 5: return { LazyTensor.paired(.add, $0, $0.flipped([axis]), shape: shape) }
    case 6: return { LazyTensor.chosen($0.mapped(.floor), $0, $0.flipped([axis]), shape: shape) }
    default:
      let wide = shape.count < 4 ? [3] + shape : shape
      return { $0.stretched(to: wide) }
    }
  }

  @Test(arguments: [
    ([3, 700], [700, 20]), ([90, 200], [200]), ([200], [200, 90]), ([4, 30, 100], [4, 100, 30]),
  ])
  func productsAreTheSameWhicheverOperandIsHeld(a: [Int], b: [Int]) throws {
    var random = SplitMix(seed: 13)
    let operands = [a, b].map { shape in
      Tensor(
        shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Double.random(in: -1...1, using: &random) })
    }
    let held = operands.map { LazyTensor($0) }
    let read = operands.map { LazyTensor(shape: $0.shape, Numbers($0.values)) }
    let wanted = try LazyTensor.product(held[0], held[1])
    #expect(try LazyTensor.product(read[0], held[1]) == wanted)
    #expect(try LazyTensor.product(held[0], read[1]) == wanted)
    #expect(try LazyTensor.product(read[0], read[1]) == wanted)
  }
}
