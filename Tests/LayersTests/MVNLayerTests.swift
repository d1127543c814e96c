import Testing

@testable import Layers

struct MVNLayerTests {
  let input = value([1, 2, 1, 2], [1, 3, 2, 6])

  /// ε is added to the standard deviation.
  @Test func normalisesEachPlane() throws {
    let layer = try OneLayer("MVN", "mvn_param { eps: 1 }")
    expect(try layer.run(input).first, value([1, 2, 1, 2], [-0.5, 0.5, -2.0 / 3, 2.0 / 3]))
  }

  @Test func takesTheMeanOfTheImage() throws {
    let layer = try OneLayer("MVN", "mvn_param { across_channels: true normalize_variance: false }")
    expect(try layer.run(input).first, value([1, 2, 1, 2], [-2, 0, -1, 3]))
  }

  @Test func constantPlanesBecomeZero() throws {
    expect(try OneLayer("MVN").run(value([1, 1, 1, 2], [7, 7])).first, value([1, 1, 1, 2], [0, 0]))
  }

  /// Caffe shapes the top after the four legacy axes.
  @Test func makesFourAxes() throws {
    expect(
      try OneLayer("MVN", "mvn_param { across_channels: true eps: 0 }").run(value([1, 2], [1, 3])).first,
      value([1, 2, 1, 1], [-1, 1]))
  }
}
