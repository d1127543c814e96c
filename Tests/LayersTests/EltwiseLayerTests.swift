import Testing

@testable import Layers

struct EltwiseLayerTests {
  let bottoms = [value([3], [1, 2, 3]), value([3], [4, -5, 6]), value([3], [7, 8, -9])]

  @Test(
    arguments: [
      ("", [12, 5, 0]), ("eltwise_param { operation: SUM coeff: 1 coeff: -1 coeff: 0.5 }", [0.5, 11, -7.5]),
      ("eltwise_param { operation: PROD }", [28, -80, -162]),
      ("eltwise_param { operation: 0 }", [28, -80, -162]),
      ("eltwise_param { operation: MAX }", [7, 8, 6]),
    ] as [(String, [Double])])
  func combines(parameters: String, expected: [Double]) throws {
    let layer = try OneLayer("Eltwise", parameters, bottoms: 3)
    #expect(try layer.run(bottoms[0], bottoms[1], bottoms[2]) == [value([3], expected)])
  }

  @Test func shapesDiffer() throws {
    #expect(
      try OneLayer("Eltwise", bottoms: 2).message([1, 2], [2, 1])
        == "error: layer 'it' (Eltwise): expected bottom 1 of shape 1×2, found 2×1")
  }

  @Test func coefficientsOfAProduct() {
    #expect(
      OneLayer.message {
        _ = try OneLayer("Eltwise", "eltwise_param { operation: PROD coeff: 1 coeff: 2 }", bottoms: 2)
      } == "error: layer 'it' (Eltwise): expected 0 values for 'eltwise_param.coeff', found '1.0 2.0'")
  }

  @Test func oneBottomIsThatBottom() throws {
    _ = try OneLayer("Eltwise")
    #expect(
      OneLayer.message { _ = try OneLayer("Eltwise", bottoms: 0) }
        == "error: layer 'it' (Eltwise): expected at least 1 bottom, found 0")
  }
}
