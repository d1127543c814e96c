import Testing

@testable import Layers

struct PoolingLayerTests {
  private func pooling(_ fields: String, tops: Int = 1) throws -> OneLayer {
    try OneLayer("Pooling", "pooling_param { \(fields) }", tops: tops)
  }

  @Test("The last window hangs over the border; what it misses does not count")
  func roundingUp() throws {
    let bottom = counted(1, 1, 1, 4)
    let fields = "kernel_h: 1 kernel_w: 3 stride_h: 1 stride_w: 2"
    #expect(try pooling(fields).run(bottom) == [value([1, 1, 1, 2], [2, 3])])
    #expect(try pooling("pool: AVE " + fields).run(bottom) == [value([1, 1, 1, 2], [1, 2.5])])
    #expect(try pooling("round_mode: FLOOR " + fields).run(bottom) == [value([1, 1, 1, 1], [2])])
    #expect(try pooling("ceil_mode: false " + fields).run(bottom) == [value([1, 1, 1, 1], [2])])
  }

  @Test("Padding counts in a mean's divisor and never in a maximum")
  func padding() throws {
    let bottom = value([1, 1, 2, 2], [-1, -2, -3, -4])
    let fields = "kernel_size: 2 pad: 1 stride: 2"
    #expect(try pooling(fields).run(bottom) == [value([1, 1, 2, 2], [-1, -2, -3, -4])])
    #expect(
      try pooling("pool: AVE " + fields).run(bottom) == [value([1, 1, 2, 2], [-0.25, -0.5, -0.75, -1])])
  }

  @Test("A last window that would begin beyond the left padding and the bottom is dropped")
  func clipping() throws {
    let layer = try pooling("kernel_size: 2 pad: 1 stride: 2")
    #expect(try layer.layer.outputShapes([[1, 1, 3, 4]]) == [[1, 1, 2, 3]])
  }

  @Test("A window behind the bottom, where the stride is longer than it, is empty as in Caffe")
  func emptyWindow() throws {
    let bottom = counted(1, 1, 1, 5)
    let fields = "kernel_size: 1 stride_h: 1 stride_w: 3"
    let least = Double(-Float.greatestFiniteMagnitude)
    #expect(try pooling(fields).run(bottom) == [value([1, 1, 1, 3], [0, 3, least])])
    #expect(try pooling("pool: AVE " + fields).run(bottom) == [value([1, 1, 1, 3], [0, 3, 0])])
  }

  @Test func placesOfTheMaxima() throws {
    let tops = try pooling("kernel_size: 2 stride: 1", tops: 2).run(value([1, 1, 2, 3], [1, 5, 2, 9, 3, 5]))
    #expect(tops == [value([1, 1, 1, 2], [9, 5]), value([1, 1, 1, 2], [3, 1])])
  }

  @Test func messages() throws {
    func message(_ fields: String, tops: Int = 1) -> String {
      OneLayer.message { _ = try pooling(fields, tops: tops) }
    }
    let start = "error: layer 'it' (Pooling): "
    #expect(message("pool: MAX") == start + "'pooling_param.kernel_size' is missing")
    #expect(message("kernel_h: 2") == start + "'pooling_param.kernel_size' is missing")
    #expect(
      message("kernel_size: 2 pad: 2")
        == start + "expected a whole number below 2 for 'pooling_param.pad', found '2'")
    #expect(
      message("kernel_size: 2 pool: MEDIAN")
        == start + "expected MAX, AVE or STOCHASTIC for 'pooling_param.pool', found 'MEDIAN'")
    #expect(
      message("kernel_size: 2 pool: STOCHASTIC")
        == start + "'pooling_param.pool' with the value 'STOCHASTIC' cannot be run here")
    #expect(message("kernel_size: 2 pool: AVE", tops: 2) == start + "expected 1 top, found 2")
    #expect(
      try pooling("kernel_size: 2").message([1, 2, 3]) == start
        + "expected 4 dimensions in bottom 0, found 1×2×3")
    #expect(
      try pooling("kernel_size: 4 round_mode: FLOOR").message([1, 1, 3, 3])
        == start + "a window of 4 does not fit into the padded bottom, 3")
  }
}
