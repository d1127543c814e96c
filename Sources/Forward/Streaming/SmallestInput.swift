/// A bottom of a linear layer that is as small as can be while every weight still counts.
package struct SmallestInput: Sendable, Equatable {
  /// Channels; for an inner product all values of an image.
  package var channels: Int
  /// Sizes along the spatial axes; none for an inner product.
  package var sizes: [Int]
  /// Channels that one output sees: those of a group.
  package var channelsPerGroup: Int
  /// Weights of the layer.
  package var weightCount: Int
}

extension InnerProductLayer {
  package func smallestInput() throws(ForwardError) -> SmallestInput {
    let count = blobShapes[0].saturatingProduct
    guard count % outputCount == 0 else {
      throw ForwardError(subject, .blobValueCount(index: 0, expected: outputCount, found: count))
    }
    let depth = count / outputCount
    return SmallestInput(channels: depth, sizes: [], channelsPerGroup: depth, weightCount: count)
  }
}

extension ConvolutionLayer {
  package func smallestInput() throws(ForwardError) -> SmallestInput {
    try parameters.smallestInput(transposed: false)
  }
}

extension DeconvolutionLayer {
  package func smallestInput() throws(ForwardError) -> SmallestInput {
    try parameters.smallestInput(transposed: true)
  }
}

extension ConvolutionParameters {
  /// Past this many windows the places that only padding would reach are left out.
  private static let mostWindows = 25

  fileprivate func smallestInput(transposed: Bool) throws(ForwardError) -> SmallestInput {
    let shape = blobShapes[0]
    guard shape.count >= 2, !shape.contains(0) else {
      throw ForwardError(
        subject, .blobValueCount(index: 0, expected: outputCount, found: shape.saturatingProduct))
    }
    // The depthwise forks have as many groups as channels, and mostly as many outputs.
    let channels = transposed ? shape[0] : group.map { shape[1] * $0 } ?? outputCount
    let geometry = try window.geometry(
      Array(repeating: 1 << 20, count: shape.count - 2), transposed: transposed)
    let axes = geometry.kernel.indices
    var sizes = axes.map { geometry.size(along: $0, transposed: transposed, reachingAll: true) }
    if sizes.contains(nil)
      || axes.map({ geometry.windows(along: $0, sizes[$0]!, transposed) }).product
        > Self.mostWindows
    {
      sizes = axes.map { geometry.size(along: $0, transposed: transposed, reachingAll: false) }
    }
    guard !sizes.contains(nil) else {
      throw ForwardError(subject, .windowTooLarge(window: geometry.kernel, input: geometry.input))
    }
    return SmallestInput(
      channels: channels, sizes: sizes.map { $0! },
      channelsPerGroup: transposed ? channels : group.map { channels / max($0, 1) } ?? 1,
      weightCount: shape.saturatingProduct)
  }
}

extension WindowGeometry {
  fileprivate func windows(along axis: Int, _ size: Int, _ transposed: Bool) -> Int {
    transposed ? size : (size + 2 * pad[axis] - extent(axis)) / stride[axis] + 1
  }

  private func extent(_ axis: Int) -> Int { dilation[axis] * (kernel[axis] - 1) + 1 }

  /// The smallest size of the layer's bottom for which there is a window and, when asked for, each place of the
  /// kernel meets a value that is not padding; nil where none up to 64 will do.
  fileprivate func size(along axis: Int, transposed: Bool, reachingAll: Bool) -> Int? {
    (1...64).first { size in
      let grid = transposed ? stride[axis] * (size - 1) + extent(axis) - 2 * pad[axis] : size
      guard grid > 0, transposed || size + 2 * pad[axis] >= extent(axis) else { return false }
      guard reachingAll else { return true }
      let windows = windows(along: axis, size, transposed)
      return (0..<kernel[axis]).allSatisfy { tap in
        (0..<windows).contains { window in
          let place = window * stride[axis] - pad[axis] + tap * dilation[axis]
          return 0 <= place && place < grid
        }
      }
    }
  }
}
