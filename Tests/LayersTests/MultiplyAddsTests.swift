import Testing

@testable import Layers

/// The cost that a layer states is counted by running it: where all numbers are one and nothing is padded, each product adds one
/// to the sum of the tops.
struct MultiplyAddsTests {
  private func check(
    _ type: String, _ parameters: String, bottoms: [[Int]], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let described = try OneLayer(
      type, parameters, bottoms: bottoms.count, tops: bottoms.count, knowsBlobs: false
    ).layer
    let blobs = try described.blobs(bottoms).map { NetValue<Double>(shape: $0.shape, repeating: 1) }
    let one = try OneLayer(
      type, parameters, bottoms: bottoms.count, tops: bottoms.count, blobs: blobs)
    let tops = try Double.run(one.layer, bottoms.map { NetValue(shape: $0, repeating: 1) }, blobs: one.blobs)
    let sum = tops.reduce(0) { $0 + $1.values.reduce(0, +) }
    #expect(try Double(described.multiplyAdds(bottoms)) == sum, sourceLocation: sourceLocation)
  }

  @Test(arguments: ["", "group: 2", "stride: 2", "dilation: 2", "kernel_size: 3 group: 4", "axis: 1"])
  func ofWindows(parameters: String) throws {
    let size = parameters.contains("kernel_size") ? "" : "kernel_size: 2"
    let text = "convolution_param { num_output: 4 bias_term: false \(size) \(parameters) }"
    try check("Convolution", text, bottoms: [[2, 4, 7, 5]])
    try check("Deconvolution", text, bottoms: [[2, 4, 7, 5]])
    try check("Convolution", text, bottoms: [[1, 4, 7, 5], [3, 4, 6, 6]])
  }

  @Test func ofDepthwiseForks() throws {
    try check(
      "DepthwiseConvolution", "convolution_param { num_output: 6 bias_term: false kernel_size: 3 }",
      bottoms: [[2, 3, 5, 5]])
  }

  @Test(arguments: ["", "axis: 2", "transpose: true"])
  func ofInnerProducts(parameters: String) throws {
    try check(
      "InnerProduct", "inner_product_param { num_output: 5 bias_term: false \(parameters) }",
      bottoms: [[3, 4, 2, 2]])
  }

  @Test func ofScales() throws {
    try check("Scale", "", bottoms: [[2, 3, 4, 4]])
  }
}
