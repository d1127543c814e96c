import Testing

@testable import Layers

struct SoftmaxLayerTests {
  @Test func sumsToOneAlongTheAxis() throws {
    let input = value([1, 2, 2], [0, Double.log(3), Double.log(4), 0])
    expect(try OneLayer("Softmax").run(input).first, value([1, 2, 2], [0.2, 0.75, 0.8, 0.25]))
    expect(
      try OneLayer("Softmax", "softmax_param { axis: -1 }").run(input).first,
      value([1, 2, 2], [0.25, 0.75, 0.8, 0.2]))
  }

  @Test func staysFiniteForLargeValues() throws {
    expect(try OneLayer("Softmax").run(value([1, 2], [1e4, 1e4])).first, value([1, 2], [0.5, 0.5]))
  }
}
