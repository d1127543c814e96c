import Testing

@testable import Layers

struct LRNLayerTests {
  @Test func sumsOverNeighbouringChannels() throws {
    let layer = try OneLayer("LRN", "lrn_param { local_size: 3 alpha: 3 beta: 1 k: 1 }")
    expect(
      try layer.run(value([1, 3, 1, 1], [1, 2, 3])).first,
      value([1, 3, 1, 1], [1.0 / 6, 2.0 / 15, 3.0 / 14]))
  }

  @Test func sumsWithinThePlaneAndIgnoresK() throws {
    let layer = try OneLayer(
      "LRN", "lrn_param { local_size: 3 alpha: 9 beta: 1 k: 5 norm_region: WITHIN_CHANNEL }")
    expect(
      try layer.run(value([1, 1, 1, 3], [1, 2, 3])).first,
      value([1, 1, 1, 3], [1.0 / 6, 2.0 / 15, 3.0 / 14]))
  }

  /// local_size 5, alpha 1, beta 0.75, k 1.
  @Test func defaults() throws {
    let ones = NetValue<Double>(shape: [1, 1, 1, 1], repeating: 2)
    expect(try OneLayer("LRN").run(ones).first, value([1, 1, 1, 1], [2 * Double.pow(1.8, -0.75)]))
  }

  @Test func sizeLargerThanThePlane() throws {
    let layer = try OneLayer("LRN", "lrn_param { local_size: 2147483647 norm_region: WITHIN_CHANNEL }")
    expect(try layer.run(value([1, 1, 1, 1], [3])).first, value([1, 1, 1, 1], [3]))
  }

  @Test func evenSize() {
    let message = OneLayer.message { _ = try OneLayer("LRN", "lrn_param { local_size: 4 }") }
    #expect(
      message == "error: layer 'it' (LRN): expected an odd whole number for 'lrn_param.local_size', found '4'"
    )
  }

  @Test func needsFourAxes() throws {
    #expect(
      try OneLayer("LRN").message([2, 3])
        == "error: layer 'it' (LRN): expected 4 dimensions in bottom 0, found 2×3")
  }
}
