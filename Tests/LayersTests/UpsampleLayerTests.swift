import Testing

@testable import Layers

struct UpsampleLayerTests {
  let input = value([1, 1, 1, 2], [5, 6])

  @Test func repeatsValues() throws {
    #expect(
      try OneLayer("Upsample", "upsample_param { scale: 2 }").run(input)
        == [value([1, 1, 2, 4], [5, 5, 6, 6, 5, 5, 6, 6])])
    #expect(try OneLayer("Upsample").run(input) == [input])
  }

  @Test func placesValuesByMask() throws {
    let mask = value([1, 1, 1, 2], [1, 6])
    let layer = try OneLayer("Upsample", bottoms: 2)
    #expect(try layer.run(input, mask) == [value([1, 1, 2, 4], [0, 5, 0, 0, 0, 0, 6, 0])])
    let sized = try OneLayer(
      "Upsample", "upsample_param { upsample_h: 3 upsample_w: 3 scale: 2 }", bottoms: 2)
    #expect(try sized.run(input, mask) == [value([1, 1, 3, 3], [0, 5, 0, 0, 0, 0, 6, 0, 0])])
    let trimmed = try OneLayer("Upsample", "upsample_param { scale: 2 pad_out_w: true }", bottoms: 2)
    #expect(
      try trimmed.run(input, value([1, 1, 1, 2], [1, 5])) == [value([1, 1, 2, 3], [0, 5, 0, 0, 0, 6])])
  }

  @Test(arguments: [8, -1, Double.nan])
  func maskOutside(place: Double) throws {
    let layer = try OneLayer("Upsample", bottoms: 2)
    #expect(
      OneLayer.message { _ = try layer.run(input, value([1, 1, 1, 2], [0, place])) }
        == "error: layer 'it' (Upsample): bottom 1 names the place \(place), but the top's plane has 8 values; "
        + "the sizes do not fit")
  }

  @Test func trimsOnlyTwiceTheSize() {
    #expect(
      OneLayer.message {
        _ = try OneLayer("Upsample", "upsample_param { scale: 3 pad_out_h: true }", bottoms: 2)
      }
        == "error: layer 'it' (Upsample): expected a whole number from 2 to 2 for 'upsample_param.scale', found '3'"
    )
  }

  @Test func severalScales() {
    #expect(
      OneLayer.message {
        _ = try OneLayer("Upsample", "upsample_param { scale: 2 scale_h: 2 scale_w: 2 }", bottoms: 2)
      }
        == "error: layer 'it' (Upsample): give either 'upsample_param.scale' or 'upsample_param.scale_h', not both"
    )
  }
}
