import Testing

@testable import Layers

struct FlattenLayerTests {
  @Test(
    arguments: [
      ("", [2, 12]), ("axis: 0", [24]), ("axis: 1 end_axis: 2", [2, 6, 2]), ("axis: -2", [2, 2, 6]),
      // one axis too few, which Caffe takes: a new axis
      ("axis: 2 end_axis: 1", [2, 2, 1, 3, 2]),
    ])
  func joinsAxes(parameters: String, expected: [Int]) throws {
    let layer = try OneLayer("Flatten", "flatten_param { \(parameters) }")
    let input = counted(2, 2, 3, 2)
    #expect(try layer.run(input) == [value(expected, input.values)])
  }

  @Test func axesOutOfOrder() throws {
    #expect(
      try OneLayer("Flatten", "flatten_param { axis: 3 end_axis: 1 }").message([1, 2, 3, 4])
        == "error: layer 'it' (Flatten): expected a whole number from 2 to 3 for 'flatten_param.end_axis', found '1'"
    )
  }
}
