import CaffeIO
import Testing

@testable import Layers

/// Layers whose weights come in pieces, against the same layers run on the whole blob.
@Suite struct WeightStreamingTests {
  /// Type, parameters, shape of the weights.
  static let layers: [(type: String, parameters: String, weights: [Int])] = [
    ("Convolution", "num_output: 6 kernel_size: 1", [6, 40, 1, 1]),
    ("Convolution", "num_output: 6 kernel_size: 3", [6, 18, 3, 3]),
    ("Convolution", "num_output: 6 kernel_size: 3 pad: 1", [6, 18, 3, 3]),
    ("Convolution", "num_output: 6 kernel_size: 3 pad: 1 stride: 2", [6, 18, 3, 3]),
    ("Convolution", "num_output: 6 kernel_size: 5 pad: 2 stride: 3", [6, 4, 5, 5]),
    ("Convolution", "num_output: 6 kernel_size: 2 stride: 2", [6, 10, 2, 2]),
    ("Convolution", "num_output: 6 kernel_size: 3 dilation: 4 pad: 4", [6, 18, 3, 3]),
    ("Convolution", "num_output: 6 kernel_size: 1 stride: 2", [6, 40, 1, 1]),
    ("Convolution", "num_output: 6 kernel_size: 3 group: 3", [6, 12, 3, 3]),
    ("Convolution", "num_output: 6 kernel_h: 1 kernel_w: 7 pad_h: 0 pad_w: 3", [6, 9, 1, 7]),
    ("Convolution", "num_output: 6 kernel_size: 4 pad: 3", [6, 9, 4]),
    ("Convolution", "num_output: 6 kernel_size: 2 pad: 1", [6, 9, 2, 2, 2]),
    ("DepthwiseConvolution", "num_output: 70 kernel_size: 3 pad: 1", [70, 1, 3, 3]),
    ("Deconvolution", "num_output: 6 kernel_size: 4 stride: 2 pad: 1", [18, 6, 4, 4]),
    ("Deconvolution", "num_output: 6 kernel_size: 3 stride: 2", [18, 3, 3, 3]),
    ("InnerProduct", "num_output: 6", [6, 77]),
    ("InnerProduct", "num_output: 6 transpose: true", [77, 6]),
  ]

  private func layer(_ index: Int) throws -> OneLayer {
    let (type, parameters, shape) = Self.layers[index]
    let group = type == "Deconvolution" && shape[1] == 3 ? "group: 2 " : ""
    let message = type == "InnerProduct" ? "inner_product_param" : "convolution_param"
    let outputs = type == "DepthwiseConvolution" ? 70 : 6
    return try OneLayer(
      type, "\(message) { \(group)\(parameters) }",
      blobs: [numbers(shape, seed: index), numbers([outputs], seed: index + 100)])
  }

  private func numbers(_ shape: [Int], seed: Int) -> NetValue<Double> {
    var state = UInt64(seed &+ 1) &* 0x9E37_79B9_7F4A_7C15
    return NetValue(
      shape: shape,
      values: (0..<shape.product).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(Float(Double(state >> 40) * 0x1p-24 - 0.5))
      })
  }

  /// A bottom as the layer wants it: numbers everywhere, or at its places for the sparse one.
  private func bottom(_ layer: any WeightStreaming, isSparse: Bool) throws -> NetValue<Double> {
    let wanted = try layer.smallestInput()
    var value = numbers([2, wanted.channels] + (isSparse ? wanted.sparse.sizes : wanted.sizes), seed: 7)
    let plane = value.shape.dropFirst(2).product
    guard isSparse else { return value }
    for index in value.values.indices where !wanted.sparse.places.contains(index % plane) {
      value.values[index] = 0
    }
    return value
  }

  /// What comes of weights in pieces, in either type, the second half by another thread.
  private func streamed(_ layer: any WeightStreaming, _ blobs: [NetValue<Double>], _ bottom: NetValue<Double>)
    throws -> [NetValue<Double>]
  {
    let weights = blobs[0].values
    return try [false, true].map { inDouble in
      let (first, second) = (try layer.product(with: bottom), try layer.product(with: bottom))
      for start in stride(from: 0, to: weights.count, by: 37) {
        let piece = Array(weights[start..<min(start + 37, weights.count)])
        let product = start * 2 < weights.count ? first : second
        if inDouble {
          piece.withUnsafeBufferPointer { product.add(.doubles($0), from: start) }
        } else {
          piece.map { Float($0) }.withUnsafeBufferPointer { product.add(.floats($0), from: start) }
        }
      }
      first.merge(second)
      return first.top(bias: blobs[1].values)
    }
  }

  @Test(arguments: layers.indices, [false, true])
  func weightsInPiecesGiveTheSame(index: Int, isSparse: Bool) throws {
    let one = try layer(index)
    let streaming = try #require(one.layer as? any WeightStreaming)
    let bottom = try bottom(streaming, isSparse: isSparse)
    let expected = try one.run(bottom)[0]
    for top in try streamed(streaming, one.blobs, bottom) {
      #expect(top.shape == expected.shape)
      let error = zip(top.values, expected.values).map { abs($0 - $1) }.max() ?? 0
      #expect(error < 1e-12, "\(Self.layers[index])")
    }
  }

  /// The top depends on each weight, whichever of the two bottoms it is.
  @Test(arguments: layers.indices, [false, true])
  func everyWeightCounts(index: Int, isSparse: Bool) throws {
    let one = try layer(index)
    let streaming = try #require(one.layer as? any WeightStreaming)
    let bottom = try bottom(streaming, isSparse: isSparse)
    let top = try one.run(bottom)[0]
    for element in stride(from: 0, to: one.blobs[0].values.count, by: 5) {
      var blobs = one.blobs
      blobs[0].values[element] += 1
      #expect(
        try Double.run(one.layer, [bottom], blobs: blobs)[0] != top, "\(Self.layers[index]), \(element)")
    }
  }

  /// One where the windows do not step over any, and where that does not take too many windows.
  @Test func placesAreFew() throws {
    for (index, places) in [1: 1, 2: 1, 3: 4, 4: 9, 5: 4, 6: 4, 7: 1, 9: 1, 13: 1, 15: 1] {
      let streaming = try #require(try layer(index).layer as? any WeightStreaming)
      #expect(try streaming.smallestInput().sparse.places.count == places, "\(Self.layers[index])")
    }
  }

  @Test func aWindowThatIsTooLargeIsAnError() throws {
    let layer = try OneLayer(
      "Convolution", "convolution_param { num_output: 2 kernel_size: 2 dilation: 1000000 bias_term: false }",
      blobs: [numbers([2, 2, 2, 2], seed: 0)])
    let streaming = try #require(layer.layer as? any WeightStreaming)
    let message = OneLayer.message { _ = try streaming.smallestInput() }
    #expect(message.hasPrefix("error: layer 'it' (Convolution): a window of "), "\(message)")
  }

  @Test func aKernelThatIsNotTheBlobsIsAnError() throws {
    let layer = try OneLayer(
      "Convolution", "convolution_param { num_output: 2 kernel_size: 1000 bias_term: false }",
      blobs: [numbers([2, 2, 3, 3], seed: 0)])
    let streaming = try #require(layer.layer as? any WeightStreaming)
    let message = OneLayer.message { _ = try streaming.smallestInput() }
    #expect(
      message
        == "error: layer 'it' (Convolution): expected 4000000 values in parameter blob 0, found 36"
    )
  }
}
