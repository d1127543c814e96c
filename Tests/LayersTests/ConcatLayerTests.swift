import Testing

@testable import Layers

struct ConcatLayerTests {
  @Test(arguments: [
    "", "concat_param { axis: 1 }", "concat_param { axis: -1 }", "concat_param { concat_dim: 1 }",
  ])
  func joinsTheSecondAxis(parameters: String) throws {
    let layer = try OneLayer("Concat", parameters, bottoms: 2)
    expect(
      try layer.run(value([2, 1], [1, 2]), value([2, 2], [3, 4, 5, 6])).first,
      value([2, 3], [1, 3, 4, 2, 5, 6]))
  }

  @Test func joinsTheFirstAxis() throws {
    let layer = try OneLayer("Concat", "concat_param { axis: 0 }", bottoms: 2)
    expect(
      try layer.run(value([1, 2], [1, 2]), value([1, 2], [3, 4])).first, value([2, 2], [1, 2, 3, 4]))
  }

  @Test func takesOneBottom() throws {
    #expect(try OneLayer("Concat").run(counted(2, 3)) == [counted(2, 3)])
  }

  @Test func otherAxesDiffer() throws {
    #expect(
      try OneLayer("Concat", bottoms: 2).message([1, 2, 4], [1, 5, 3])
        == "error: layer 'it' (Concat): expected bottom 1 of shape 1×5×4, found 1×5×3")
  }

  @Test func axisOutOfRange() throws {
    #expect(
      try OneLayer("Concat", "concat_param { concat_dim: 2 }").message([1, 2])
        == "error: layer 'it' (Concat): 'concat_param.concat_dim' is 2, but the bottom has 2 dimensions (1×2)"
    )
  }

  @Test func bothAxes() {
    #expect(
      OneLayer.message { _ = try OneLayer("Concat", "concat_param { axis: 1 concat_dim: 1 }") }
        == "error: layer 'it' (Concat): give either 'concat_param.axis' or 'concat_param.concat_dim', not both"
    )
  }
}
