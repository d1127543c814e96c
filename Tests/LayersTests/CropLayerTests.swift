import Testing

@testable import Layers

struct CropLayerTests {
  let input = counted(1, 1, 3, 4)

  @Test(
    arguments: [
      ("", [0, 1, 4, 5]), ("offset: 1", [5, 6, 9, 10]), ("offset: 0 offset: 2", [2, 3, 6, 7]),
      ("axis: -1 offset: 1", [1, 2, 5, 6, 9, 10]),
    ] as [(String, [Double])])
  func cuts(parameters: String, expected: [Double]) throws {
    let layer = try OneLayer("Crop", "crop_param { \(parameters) }", bottoms: 2)
    let top = try layer.run(input, NetValue(shape: [1, 9, 2, 2]))[0]
    #expect(top == value([1, 1, expected.count / 2, 2], expected))
  }

  @Test func outOfBounds() throws {
    #expect(
      try OneLayer("Crop", "crop_param { offset: 2 }", bottoms: 2).message([1, 1, 3, 4], [1, 1, 2, 2])
        == "error: layer 'it' (Crop): expected a whole number from 0 to 1 for 'crop_param.offset', found '2'")
  }

  @Test func largerThanTheBottom() throws {
    #expect(
      try OneLayer("Crop", bottoms: 2).message([1, 1, 3, 4], [1, 1, 2, 5])
        == "error: layer 'it' (Crop): a window of 2×5 does not fit into the padded bottom, 3×4")
  }

  @Test func tooManyOffsets() throws {
    #expect(
      try OneLayer("Crop", "crop_param { offset: 1 offset: 1 offset: 1 }", bottoms: 2)
        .message([1, 1, 3, 4], [1, 1, 2, 2])
        == "error: layer 'it' (Crop): expected 2 values for 'crop_param.offset', found '1 1 1'")
  }
}
