import Testing

@testable import Layers

struct NormalizeLayerTests {
  let input = value([1, 2, 1, 2], [3, 0, 4, 2])

  @Test func normalisesEachPosition() throws {
    let layer = try OneLayer(
      "Normalize", "norm_param { across_spatial: false channel_shared: false eps: 0 }",
      blobs: [value([2], [10, 20])])
    expect(try layer.run(input).first, value([1, 2, 1, 2], [6, 0, 16, 20]))
  }

  /// By default the norm is the image's and there is one scale.
  @Test func normalisesTheImage() throws {
    let layer = try OneLayer("Normalize", "norm_param { eps: 7 }", blobs: [value([], [2])])
    expect(try layer.run(input).first, value([1, 2, 1, 2], [1, 0, 8.0 / 6, 4.0 / 6]))
  }

  @Test func scaleOfTheWrongSize() throws {
    let layer = try OneLayer(
      "Normalize", "norm_param { channel_shared: false }", blobs: [value([3], [1, 1, 1])])
    #expect(
      layer.message([1, 2, 1, 2])
        == "error: layer 'it' (Normalize): expected 2 values in parameter blob 0, found 3")
  }

  @Test func noScale() {
    #expect(
      OneLayer.message { _ = try OneLayer("Normalize") }
        == "error: layer 'it' (Normalize): expected 1 parameter blob, found 0")
  }
}
