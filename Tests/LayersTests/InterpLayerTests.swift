import Testing

@testable import Layers

struct InterpLayerTests {
  @Test(
    arguments: [
      ("height: 3 width: 3", [3, 3], [0, 1, 2, 2, 3, 4, 4, 5, 6]), ("height: 1 width: 1", [1, 1], [0]),
      ("zoom_factor: 2", [3, 3], [0, 1, 2, 2, 3, 4, 4, 5, 6]), ("shrink_factor: 2", [1, 1], [0]),
      ("height: 2 width: 2", [2, 2], [0, 2, 4, 6]), ("height: 1 width: 2 pad_end: -1", [1, 2], [0, 0]),
      ("height: 1 width: 1 pad_beg: -1", [1, 1], [6]),
      ("height: 2 width: 4 interp_type: \"nearest_neighbor\"", [2, 4], [0, 0, 2, 2, 4, 4, 6, 6]),
    ] as [(String, [Int], [Double])])
  func resizes(parameters: String, plane: [Int], expected: [Double]) throws {
    let layer = try OneLayer("Interp", "interp_param { \(parameters) }")
    expect(try layer.run(value([1, 1, 2, 2], [0, 2, 4, 6])).first, value([1, 1] + plane, expected))
  }

  @Test func shrinksAndThenZooms() throws {
    let layer = try OneLayer("Interp", "interp_param { shrink_factor: 2 zoom_factor: 3 }")
    #expect(try layer.run(counted(1, 1, 5, 7))[0].shape == [1, 1, 7, 10])
  }

  @Test func takesTheSizeOfTheSecondBottom() throws {
    let layer = try OneLayer("Interp", bottoms: 2)
    expect(
      try layer.run(value([1, 1, 1, 2], [0, 2]), NetValue(shape: [5, 7, 1, 3])).first,
      value([1, 1, 1, 3], [0, 1, 2]))
  }

  @Test func noSize() {
    #expect(
      OneLayer.message { _ = try OneLayer("Interp") }
        == "error: layer 'it' (Interp): 'interp_param.height' is missing")
  }

  @Test func cutsEverything() throws {
    #expect(
      try OneLayer("Interp", "interp_param { zoom_factor: 1 pad_beg: -1 pad_end: -1 }").message([1, 1, 2, 2])
        == "error: layer 'it' (Interp): expected a whole number from 0 to 0 for 'interp_param.pad_end', found '-1'"
    )
  }
}
