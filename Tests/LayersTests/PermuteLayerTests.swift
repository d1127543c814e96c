import Testing

@testable import Layers

struct PermuteLayerTests {
  @Test func movesChannelsLast() throws {
    let layer = try OneLayer("Permute", "permute_param { order: 0 order: 2 order: 3 order: 1 }")
    #expect(
      try layer.run(counted(1, 2, 2, 2)) == [value([1, 2, 2, 2], [0, 4, 1, 5, 2, 6, 3, 7])])
  }

  /// `order: 1` stands for 1, 0, 2.
  @Test func addsTheOtherAxes() throws {
    let layer = try OneLayer("Permute", "permute_param { order: 1 }")
    #expect(
      try layer.run(counted(2, 3, 2)) == [value([3, 2, 2], [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])])
  }

  @Test func repeatedAxis() {
    #expect(
      OneLayer.message { _ = try OneLayer("Permute", "permute_param { order: 1 order: 1 }") }
        == "error: layer 'it' (Permute): expected numbers that are all different for 'permute_param.order', found '1 1'"
    )
  }

  @Test func axisOutOfRange() throws {
    #expect(
      try OneLayer("Permute", "permute_param { order: 2 }").message([4, 5])
        == "error: layer 'it' (Permute): 'permute_param.order' is 2, but the bottom has 2 dimensions (4×5)")
  }
}
