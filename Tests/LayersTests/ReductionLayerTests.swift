import Testing

@testable import Layers

struct ReductionLayerTests {
  @Test(
    arguments: [
      ("", [], [-3]), ("axis: 1", [2], [-3, 0]), ("operation: ASUM axis: 1 coeff: 2", [2], [10, 16]),
      ("operation: SUMSQ axis: -1", [2], [17, 32]), ("operation: MEAN axis: 1", [2], [-1.5, 0]),
      ("operation: 4 axis: 1", [2], [-1.5, 0]), ("operation: MEAN axis: 0 coeff: 4", [], [-3]),
    ] as [(String, [Int], [Double])])
  func reduces(parameters: String, shape: [Int], expected: [Double]) throws {
    let layer = try OneLayer("Reduction", "reduction_param { \(parameters) }")
    #expect(try layer.run(value([2, 2], [1, -4, 4, -4])) == [value(shape, expected)])
  }

  @Test func unknownOperation() {
    #expect(
      OneLayer.message { _ = try OneLayer("Reduction", "reduction_param { operation: 0 }") }
        == "error: layer 'it' (Reduction): expected SUM, ASUM, SUMSQ or MEAN for 'reduction_param.operation', found '0'"
    )
  }
}
