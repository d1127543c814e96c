import Testing

@testable import Layers

struct ArgMaxLayerTests {
  let input = value([2, 3, 1, 2], [1, 9, 5, 4, 3, 9, 0, 0, -1, 7, 0, 2])

  /// Of two equal values the last place wins, as Caffe compares (value, place).
  @Test(
    arguments: [
      ("", [2, 1, 1, 1], [5, 3]), ("top_k: 2", [2, 1, 2, 1], [5, 1, 3, 5]),
      ("top_k: 2 out_max_val: true", [2, 2, 2, 1], [5, 1, 9, 9, 3, 5, 7, 2]),
      ("axis: 1", [2, 1, 1, 2], [1, 2, 2, 1]), ("axis: 1 out_max_val: true", [2, 1, 1, 2], [5, 9, 0, 7]),
      ("axis: -3 top_k: 2", [2, 2, 1, 2], [1, 2, 2, 0, 2, 1, 0, 2]),
    ] as [(String, [Int], [Double])])
  func finds(parameters: String, shape: [Int], expected: [Double]) throws {
    #expect(try OneLayer("ArgMax", "argmax_param { \(parameters) }").run(input) == [value(shape, expected)])
  }

  @Test func makesThreeAxesOfTwo() throws {
    #expect(try OneLayer("ArgMax").run(value([1, 3], [1, 3, 2])) == [value([1, 1, 1], [1])])
  }

  @Test func moreThanThereAre() throws {
    #expect(
      try OneLayer("ArgMax", "argmax_param { top_k: 4 axis: 1 }").message([1, 3])
        == "error: layer 'it' (ArgMax): expected a whole number from 1 to 3 for 'argmax_param.top_k', found '4'"
    )
  }
}
