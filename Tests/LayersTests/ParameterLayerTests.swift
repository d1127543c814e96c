import Testing

@testable import Layers

/// Messages of the layers with parameter blobs; their values are held to NumPy and OpenCV by Tests/Oracles.
struct ParameterLayerTests {
  private func blobs(_ shapes: [[Int]]) -> [NetValue<Double>] { shapes.map { NetValue(shape: $0) } }

  private func message(_ type: String, _ fields: String, _ shapes: [[Int]], bottoms: Int = 1) -> String {
    OneLayer.message { _ = try OneLayer(type, fields, bottoms: bottoms, blobs: blobs(shapes)) }
  }

  @Test func innerProduct() throws {
    let start = "error: layer 'it' (InnerProduct): "
    #expect(
      message("InnerProduct", "", [[1]])
        == start + "expected a whole number from 1 for 'inner_product_param.num_output', found '0'")
    #expect(
      message("InnerProduct", "inner_product_param { num_output: 2 }", [[1]])
        == start + "expected 2 parameter blobs, found 1")
    let layer = try OneLayer(
      "InnerProduct", "inner_product_param { num_output: 2 }", blobs: blobs([[2, 3], [2]]))
    #expect(layer.message([1, 4]) == start + "expected 8 values in parameter blob 0, found 6")
    #expect(
      layer.message([3])
        == start + "'inner_product_param.axis' is 1, but the bottom has 1 dimension (3)")
  }

  @Test func batchNorm() throws {
    let start = "error: layer 'it' (BatchNorm): "
    #expect(message("BatchNorm", "", []) == start + "expected 3 parameter blobs, found 0")
    #expect(message("BatchNorm", "", [[2], [2]]) == start + "expected 3 parameter blobs, found 2")
    #expect(
      message("BatchNorm", "", [[1], [1], [1], [1], [1]])
        == start + "parameter blobs of 1, 1, 1, 1, 1 values mean different things in different forks of Caffe"
    )
    #expect(
      message("BatchNorm", "batch_norm_param { use_global_stats: 2 }", [[2], [2], [1]])
        == start + "expected true or false for 'batch_norm_param.use_global_stats', found '2'")
    let layer = try OneLayer("BatchNorm", blobs: blobs([[2], [2], [1]]))
    #expect(layer.message([1, 3, 1]) == start + "expected 3 values in parameter blob 0, found 2")
    #expect(layer.message([]) == start + "expected at least 1 dimension in bottom 0, found ()")
  }

  @Test func bn() throws {
    let start = "error: layer 'it' (BN): "
    #expect(
      message("BN", "", [[2], [2]]) == start + "'bn_param.bn_mode' with the value 'LEARN' cannot be run here")
    #expect(message("BN", "", [[2], [2], [2]]) == start + "expected 2 parameter blobs, found 3")
    #expect(
      message("CuDNNBatchNorm", "", [[2], [2]])
        == "error: layer 'it' (CuDNNBatchNorm): expected 4 parameter blobs, found 2")
  }

  @Test func scaleAndBias() throws {
    let start = "error: layer 'it' (Scale): "
    #expect(message("Scale", "", [[2], [2]]) == start + "expected 1 parameter blob, found 2")
    #expect(
      message("Scale", "scale_param { num_axes: -2 }", [[2]])
        == start + "expected a whole number from 0 for 'scale_param.num_axes', found '-2'")
    let layer = try OneLayer("Scale", "scale_param { axis: 2 num_axes: 2 }", blobs: blobs([[2, 3]]))
    #expect(
      layer.message([1, 1, 2])
        == start + "'scale_param.num_axes' is 2, but the bottom has 3 dimensions (1×1×2)")
    #expect(layer.message([1, 1, 2, 2]) == start + "expected 4 values in parameter blob 0, found 6")
    let two = try OneLayer("Bias", bottoms: 2)
    #expect(
      two.message([1, 2, 3], [3])
        == "error: layer 'it' (Bias): expected bottom 1 of shape 2, found 3")
  }

  @Test func activations() throws {
    #expect(
      message("Clip", "clip_param { min: 0 }", []) == "error: layer 'it' (Clip): 'clip_param.max' is missing")
    #expect(
      message("Log", "log_param { base: 1 }", [])
        == "error: layer 'it' (Log): expected -1 or a number above 0 whose logarithm is finite and not 0 for"
        + " 'log_param.base', found '1'")
    #expect(
      message("ReLU", "relu_param { negative_slope: steep }", [])
        == "error: layer 'it' (ReLU): expected a number for 'relu_param.negative_slope', found 'steep'")
    #expect(
      message("Dropout", "dropout_param { sample_weights_test: true }", [])
        == "error: layer 'it' (Dropout): 'dropout_param.sample_weights_test' with the value 'true' cannot be run here"
    )
    #expect(message("ReLU", "", [], bottoms: 2) == "error: layer 'it' (ReLU): expected 1 bottom, found 2")
    let layer = try OneLayer("PReLU", blobs: blobs([[2]]))
    #expect(
      layer.message([1, 3]) == "error: layer 'it' (PReLU): expected 3 values in parameter blob 0, found 2")
  }
}
