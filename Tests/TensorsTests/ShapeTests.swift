import Testing

@testable import Tensors

@Suite struct ShapeTests {
  @Test(
    arguments: [
      ([], 1), ([5], 5), ([64, 3, 7, 7], 9408), ([0, 5], 0), ([Int(Int32.max)], Int(Int32.max)),
      (Array(repeating: 1, count: 32), 1),
    ] as [([Int], Int)])
  func shapesKnowTheirProducts(sizes: [Int], product: Int) throws {
    let shape = try Shape(sizes)
    #expect(shape.product == product)
    #expect(Array(shape) == sizes)
  }

  @Test(
    arguments: [
      ([2, -3], "the shape 2x-3 has the negative size -3"),
      ([65536, 65536], "the shape 65536x65536 has more than 2147483647 numbers"),
      ([1 << 31], "the shape 2147483648 has more than 2147483647 numbers"),
      ([.max, .max], "the shape 9223372036854775807x9223372036854775807 has more than 2147483647 numbers"),
      // A zero makes no room for the other sizes: parts of the shape are multiplied too.
      ([0, 65536, 65536], "the shape 0x65536x65536 has more than 2147483647 numbers"),
      ([65536, 65536, 0], "the shape 65536x65536x0 has more than 2147483647 numbers"),
      (Array(repeating: 1, count: 33), "the shape has 33 axes, the limit is 32"),
    ] as [([Int], String)])
  func whatNoBlobCanHaveIsRefused(sizes: [Int], sentence: String) {
    let error = #expect(throws: ShapeError.self) { try Shape(sizes) }
    #expect(error?.sentence == sentence)
  }

  @Test func limitsCanBeNarrower() throws {
    #expect(throws: ShapeError.self) { try Shape([3, 4], limit: 11) }
    #expect(try Shape([3, 4], limit: 12).product == 12)
    #expect(throws: ShapeError.self) { try Shape([1, 1], axes: 1) }
  }

  @Test func partsHaveProductsOfTheirOwn() throws {
    let shape = try Shape([2, 3, 4, 5])
    #expect(shape[1...].product == 60)
    #expect(shape[..<2].product == 6)
    #expect(shape.dropLast().product == 24)
    #expect(shape[4...].product == 1)
    #expect(try Shape([7, 0, 9])[2...].product == 9)
  }

  @Test func sizesInFrontDoNotChangeTheProduct() throws {
    #expect(try Shape([3, 4]).padded(toAxes: 4) == Shape([1, 1, 3, 4]))
    #expect(try Shape([3, 4]).padded(toAxes: 1) == Shape([3, 4]))
  }
}
