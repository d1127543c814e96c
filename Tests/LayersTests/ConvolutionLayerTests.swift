import Testing

@testable import Layers

/// Values are held to NumPy and OpenCV by Tests/Oracles; here are the shapes and the messages.
struct ConvolutionLayerTests {
  private func convolution(
    _ fields: String, type: String = "Convolution", bottoms: Int = 1, tops: Int = 1, _ shapes: [Int]...
  ) throws -> OneLayer {
    try OneLayer(
      type, "convolution_param { \(fields) }", bottoms: bottoms, tops: tops,
      blobs: shapes.map { NetValue(shape: $0) })
  }

  @Test("Each bottom has a top, by the same weights")
  func severalBottoms() throws {
    let layer = try OneLayer(
      "Convolution", "convolution_param { num_output: 1 kernel_size: 1 }", bottoms: 2, tops: 2,
      blobs: [value([1, 1, 1, 1], [3]), value([1], [1])])
    let tops = try layer.run(value([1, 1, 1, 2], [1, 2]), value([1, 1, 1, 1], [5]))
    #expect(tops == [value([1, 1, 1, 2], [4, 7]), value([1, 1, 1, 1], [16])])
  }

  @Test("A net without spatial axes")
  func noSpatialAxes() throws {
    let layer = try OneLayer(
      "Convolution", "convolution_param { num_output: 1 kernel_size: 1 bias_term: false }",
      blobs: [value([1, 2], [3, 5])])
    #expect(try layer.run(value([2, 2], [1, 10, 2, 20])) == [value([2, 1], [53, 106])])
  }

  @Test func shapes() throws {
    let down = try convolution("num_output: 4 kernel_size: 3 stride: 2 pad: 1", [4, 2, 3, 3], [4])
    #expect(try down.layer.outputShapes([[1, 2, 7, 8]]) == [[1, 4, 4, 4]])
    let up = try convolution(
      "num_output: 4 kernel_size: 3 stride: 2 pad: 1", type: "Deconvolution", [2, 4, 3, 3], [4])
    #expect(try up.layer.outputShapes([[1, 2, 7, 8]]) == [[1, 4, 13, 15]])
  }

  @Test func messages() throws {
    #expect(
      OneLayer.message { _ = try convolution("kernel_size: 3", [1]) }
        == "error: layer 'it' (Convolution): expected a whole number from 1 for"
        + " 'convolution_param.num_output', found '0'")
    #expect(
      OneLayer.message { _ = try convolution("num_output: 2", [1], [2]) }
        == "error: layer 'it' (Convolution): 'convolution_param.kernel_size' is missing")
    #expect(
      OneLayer.message { _ = try convolution("num_output: 2 kernel_size: 1 stride: 0", [1], [2]) }
        == "error: layer 'it' (Convolution): expected a whole number from 1 for"
        + " 'convolution_param.stride', found '0'")
    #expect(
      OneLayer.message { _ = try convolution("num_output: 2 kernel_size: 1", [2, 2, 1, 1]) }
        == "error: layer 'it' (Convolution): expected 2 parameter blobs, found 1")
    #expect(
      OneLayer.message { _ = try convolution("num_output: 2 kernel_size: 1", bottoms: 2, [1], [2]) }
        == "error: layer 'it' (Convolution): expected 2 tops, found 1")
    let small = try convolution("num_output: 2 kernel_size: 3", [2, 2, 3, 3], [2])
    #expect(
      small.message([1, 2, 2, 9])
        == "error: layer 'it' (Convolution): a window of 3×3 does not fit into the padded bottom, 2×9")
    #expect(
      small.message([1, 3, 9, 9])
        == "error: layer 'it' (Convolution): expected 54 values in parameter blob 0, found 36")
    let grouped = try convolution("num_output: 2 kernel_size: 3 group: 2", [2, 1, 3, 3], [2])
    #expect(
      grouped.message([1, 3, 9, 9])
        == "error: layer 'it' (Convolution): expected a divisor of 3 for 'convolution_param.group', found '2'"
    )
    let twoPads = try convolution("num_output: 2 kernel_size: 1 pad: 1 pad: 1", [2, 1, 1], [2])
    #expect(
      twoPads.message([1, 1, 5])
        == "error: layer 'it' (Convolution): expected 1 value for 'convolution_param.pad', found '1 1'")
    let axis = try convolution("num_output: 2 kernel_size: 1 axis: 4", [2], [2])
    #expect(
      axis.message([1, 1, 5])
        == "error: layer 'it' (Convolution): 'convolution_param.axis' is 4, but the bottom has 3 dimensions (1×1×5)"
    )
  }

  @Test("Sizes whose product overflows")
  func overflow() throws {
    let size = Int(Int32.max)
    let layer = try convolution("num_output: \(size) kernel_size: \(size) pad: \(size)", [1], [2])
    #expect(
      layer.message([1, 1, 9, 9])
        == "error: layer 'it' (Convolution): the windows would have 4611686014132420609 values together; the limit is 4194304"
    )
    // A bottom without channels needs no weights: nothing else would hold the size of the window to anything.
    let empty = try convolution("num_output: 1 kernel_size: \(size) pad: \(size) stride: \(size)", [0], [1])
    #expect(empty.message([1, 0, 8, 8, 8]).contains("the limit is 4194304"))
  }
}
