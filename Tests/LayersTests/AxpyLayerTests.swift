import Testing

@testable import Layers

struct AxpyLayerTests {
  @Test(arguments: [[1, 2], [1, 2, 1, 1]])
  func scalesEachChannel(shape: [Int]) throws {
    let layer = try OneLayer("Axpy", bottoms: 3)
    let top = try layer.run(
      value(shape, [2, 3]), counted(1, 2, 1, 2), value([1, 2, 1, 2], [10, 20, 30, 40]))
    #expect(top == [value([1, 2, 1, 2], [10, 22, 36, 49])])
  }

  @Test func shapesDiffer() throws {
    let layer = try OneLayer("Axpy", bottoms: 3)
    #expect(
      layer.message([1, 3, 1, 1], [1, 2, 4, 4], [1, 2, 4, 4])
        == "error: layer 'it' (Axpy): expected bottom 0 of shape 1×2×1×1, found 1×3×1×1")
    #expect(
      layer.message([1, 2, 1, 1], [1, 2, 4, 4], [1, 2, 4, 5])
        == "error: layer 'it' (Axpy): expected bottom 2 of shape 1×2×4×4, found 1×2×4×5")
  }
}
