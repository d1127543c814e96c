import Testing

@testable import Layers

struct ReshapeLayerTests {
  @Test(
    arguments: [
      ("shape { dim: 0 dim: -1 }", [2, 12]), ("shape { dim: 4 dim: 6 }", [4, 6]),
      ("shape { dim: 3 dim: -1 } axis: 1 num_axes: 1", [2, 3, 1, 4]),
      ("shape { dim: 1 } axis: 1 num_axes: 0", [2, 1, 3, 4]),
      ("shape { dim: 1 dim: 1 } axis: -1", [2, 3, 4, 1, 1]),
      ("shape { dim: -1 dim: 0 } axis: 0 num_axes: 2", [2, 3, 4]),
      ("shape { } axis: 0 num_axes: 0", [2, 3, 4]),
    ])
  func renames(parameters: String, expected: [Int]) throws {
    let input = counted(2, 3, 4)
    let layer = try OneLayer("Reshape", "reshape_param { \(parameters) }")
    #expect(try layer.run(input) == [value(expected, input.values)])
  }

  @Test func severalInferred() {
    #expect(
      OneLayer.message { _ = try OneLayer("Reshape", "reshape_param { shape { dim: -1 dim: -1 } }") }
        == "error: layer 'it' (Reshape): expected at most one -1 for 'reshape_param.shape.dim', found '-1 -1'"
    )
  }

  @Test(
    arguments: [
      ("shape { dim: 5 dim: -1 }", "5 -1", 24), ("shape { dim: 5 }", "5", 24),
      ("shape { dim: 7 } axis: 2", "7", 4),
    ])
  func wrongCount(parameters: String, found: String, product: Int) throws {
    #expect(
      try OneLayer("Reshape", "reshape_param { \(parameters) }").message([2, 3, 4])
        == "error: layer 'it' (Reshape): expected dimensions with the product \(product) for "
        + "'reshape_param.shape.dim', found '\(found)'")
  }

  @Test func nothingToCopy() throws {
    #expect(
      try OneLayer("Reshape", "reshape_param { shape { dim: 1 dim: 2 dim: 0 } }").message([2, 1])
        == "error: layer 'it' (Reshape): 'reshape_param.shape.dim' is 2, but the bottom has 2 dimensions (2×1)"
    )
  }

  @Test func hugeDimensions() throws {
    let dim = "dim: 2000000000"
    #expect(
      try OneLayer("Reshape", "reshape_param { shape { \(dim) \(dim) \(dim) } }").message([2, 1])
        == "error: layer 'it' (Reshape): the top would have the shape 2000000000×2000000000×2000000000; "
        + "the limit is 268435456 values")
  }
}
