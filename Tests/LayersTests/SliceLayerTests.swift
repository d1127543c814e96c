import Testing

@testable import Layers

struct SliceLayerTests {
  @Test(arguments: ["", "slice_param { axis: -1 }", "slice_param { slice_dim: 1 }"])
  func cutsIntoEqualParts(parameters: String) throws {
    let tops = try OneLayer("Slice", parameters, tops: 2).run(counted(2, 4))
    #expect(tops == [value([2, 2], [0, 1, 4, 5]), value([2, 2], [2, 3, 6, 7])])
  }

  @Test func cutsBeforePoints() throws {
    let tops = try OneLayer("Slice", "slice_param { axis: 0 slice_point: 1 slice_point: 3 }", tops: 3)
      .run(counted(4, 2))
    #expect(tops == [value([1, 2], [0, 1]), value([2, 2], [2, 3, 4, 5]), value([1, 2], [6, 7])])
  }

  @Test func unevenParts() throws {
    #expect(
      try OneLayer("Slice", tops: 2).message([1, 5])
        == "error: layer 'it' (Slice): an axis of 5 cannot be cut into 2 equal parts")
  }

  @Test func pointsOutOfOrder() throws {
    #expect(
      try OneLayer("Slice", "slice_param { slice_point: 3 slice_point: 3 }", tops: 3).message([1, 5])
        == "error: layer 'it' (Slice): expected a whole number from 4 to 4 for 'slice_param.slice_point', found '3'"
    )
  }

  @Test func missingPoints() {
    #expect(
      OneLayer.message { _ = try OneLayer("Slice", "slice_param { slice_point: 3 }", tops: 3) }
        == "error: layer 'it' (Slice): expected 2 values for 'slice_param.slice_point', found '3'")
  }
}
