/// A bottom of a linear layer that is as small as can be while every weight still counts.
package struct SmallestInput: Sendable, Equatable {
  /// Channels; for an inner product all values of an image.
  package var channels: Int
  /// Sizes along the spatial axes for numbers everywhere; none for an inner product.
  package var sizes: [Int]
  /// A larger bottom that needs fewer numbers.
  package var sparse: Sparse
  /// Channels that one output sees: those of a group.
  package var channelsPerGroup: Int
  /// Weights of the layer.
  package var weightCount: Int

  /// A bottom with numbers at few places, so that each weight is multiplied about once.
  package struct Sparse: Sendable, Equatable {
    /// Sizes along the spatial axes.
    package var sizes: [Int]
    /// Places, by their position in a plane, that together meet each place of the kernel. One is enough where the
    /// windows do not step over any.
    package var places: [Int]
    /// How many windows there are.
    package var windows: Int
  }
}

extension InnerProductLayer {
  package func smallestInput() throws(LayerError) -> SmallestInput {
    let count = blobShapes[0].saturatingProduct
    let outputCount = try requiredOutputCount()
    guard count % outputCount == 0 else {
      throw LayerError(subject, .blobValueCount(index: 0, expected: outputCount, found: count))
    }
    let depth = count / outputCount
    return SmallestInput(
      channels: depth, sizes: [], sparse: SmallestInput.Sparse(sizes: [], places: [0], windows: 1),
      channelsPerGroup: depth, weightCount: count)
  }
}

extension ConvolutionLayer {
  package func smallestInput() throws(LayerError) -> SmallestInput {
    try parameters.smallestInput(transposed: false)
  }
}

extension DeconvolutionLayer {
  package func smallestInput() throws(LayerError) -> SmallestInput {
    try parameters.smallestInput(transposed: true)
  }
}

extension ConvolutionParameters {
  /// Past so many windows the places of the kernel that only padding would reach are left out.
  private static let mostWindows = 25
  /// A sparse bottom may have more where that costs little beside the weights of an output, so many for each window, and
  /// the numbers of all windows are not more than this.
  private static let weightsPerWindow = 8
  private static let mostNumbers = 1 << 17
  /// No plane has more numbers than this.
  private static let mostPlaces = 1 << 20

  fileprivate func smallestInput(transposed: Bool) throws(LayerError) -> SmallestInput {
    let shape = blobShapes[0]
    let outputCount = try requiredOutputCount()
    guard shape.count >= 2, !shape.contains(0) else {
      throw LayerError(
        subject, .blobValueCount(index: 0, expected: outputCount, found: shape.saturatingProduct))
    }
    // The depthwise forks have as many groups as channels, and mostly as many outputs.
    let channels = transposed ? shape[0] : group.map { shape[1] * $0 } ?? outputCount
    let geometry = try window.geometry(
      Array(repeating: 1 << 20, count: shape.count - 2), transposed: transposed)
    let axes = geometry.kernel.indices
    let taps = shape.dropFirst(2).saturatingProduct
    guard geometry.kernel.saturatingProduct == taps else {
      throw LayerError(
        subject,
        .blobValueCount(
          index: 0, expected: (shape.prefix(2) + geometry.kernel).saturatingProduct,
          found: shape.saturatingProduct))
    }
    let most = max(
      Self.mostWindows,
      min(shape.saturatingProduct / outputCount / Self.weightsPerWindow, Self.mostNumbers / outputCount))
    func placements(_ reach: Reach, most: Int) -> [AxisPlacement]? {
      let placements = axes.compactMap { geometry.placement(along: $0, transposed, reach) }
      let isFew = placements.map(\.windows).saturatingProduct <= most
      return placements.count == axes.count && (isFew || reach == .any) ? placements : nil
    }
    guard let least = placements(.any, most: 0),
      least.map(\.size).saturatingProduct <= Self.mostPlaces
    else {
      throw LayerError(subject, .windowTooLarge(window: geometry.kernel, input: geometry.input))
    }
    let dense = placements(.all, most: Self.mostWindows) ?? least
    let sparse = placements(.fewest, most: most) ?? placements(.all, most: most) ?? least
    return SmallestInput(
      channels: channels, sizes: dense.map(\.size), sparse: SmallestInput.Sparse(sparse),
      channelsPerGroup: transposed ? channels : group.map { channels / max($0, 1) } ?? 1,
      weightCount: shape.saturatingProduct)
  }
}

extension SmallestInput.Sparse {
  fileprivate init(_ axes: [AxisPlacement]) {
    sizes = axes.map(\.size)
    windows = axes.map(\.windows).saturatingProduct
    places = axes.reduce([0]) { places, axis in
      places.flatMap { place in axis.places.map { place * axis.size + $0 } }
    }
  }
}

/// A size along one axis, and places there.
private struct AxisPlacement {
  var size: Int
  var windows: Int
  var places: [Int]
}

/// What a bottom is to reach along an axis.
private enum Reach {
  /// A window.
  case any
  /// Each place of the kernel.
  case all
  /// Each place of the kernel, from as few places of the bottom as can be.
  case fewest
}

extension WindowGeometry {
  private static let largestExtent = 1 << 20
  private static let largestSize = 64
  /// Of longer kernels nobody looks how they could be reached with fewer numbers: as many as there are bits.
  private static let longestKernel = 64

  private func windows(along axis: Int, _ size: Int, _ transposed: Bool) -> Int {
    transposed ? size : (size + padding(along: axis) - extent(axis)) / stride[axis] + 1
  }

  private func extent(_ axis: Int) -> Int { dilation[axis] * (kernel[axis] - 1) + 1 }

  /// The smallest size of the layer's bottom that will do; nil where none does that is not much larger than the window.
  fileprivate func placement(along axis: Int, _ transposed: Bool, _ reach: Reach) -> AxisPlacement? {
    guard reach == .any || kernel[axis] <= Self.longestKernel else { return nil }
    let least = transposed ? 1 : max(1, extent(axis) - padding(along: axis))
    guard least <= Self.largestExtent else { return nil }
    let fewest =
      transposed || stride[axis] == 1
      ? 1 : Set((0..<kernel[axis]).map { $0 * dilation[axis] % stride[axis] }).count
    var best: AxisPlacement?
    for size in least...least + Self.largestSize {
      let grid = transposed ? stride[axis] * (size - 1) + extent(axis) - padding(along: axis) : size
      guard grid > 0, transposed || size + padding(along: axis) >= extent(axis) else { continue }
      let windows = windows(along: axis, size, transposed)
      if reach == .any { return AxisPlacement(size: size, windows: windows, places: Array(0..<size)) }
      let reached = (0..<size).map { reachedTaps(from: $0, along: axis, windows: windows, grid, transposed) }
      guard let places = Self.cover(kernel[axis], reached) else { continue }
      if places.count < best?.places.count ?? .max {
        best = AxisPlacement(size: size, windows: windows, places: places)
      }
      if reach == .all || places.count <= fewest { return best }
    }
    return best
  }

  /// The places of the kernel that meet a place of the bottom in some window, or in a deconvolution send it to a place
  /// of the top; as bits.
  private func reachedTaps(
    from place: Int, along axis: Int, windows: Int, _ grid: Int, _ transposed: Bool
  ) -> UInt64 {
    var taps: UInt64 = 0
    for tap in 0..<kernel[axis] {
      let isReached: Bool
      if transposed {
        let target = place * stride[axis] - pad[axis] + tap * dilation[axis]
        isReached = 0 <= target && target < grid
      } else {
        let start = place + pad[axis] - tap * dilation[axis]
        isReached = start >= 0 && start % stride[axis] == 0 && start / stride[axis] < windows
      }
      if isReached { taps |= 1 << UInt64(tap) }
    }
    return taps
  }

  /// Places that together reach all of `count`, those that reach most first; nil where some cannot be reached.
  private static func cover(_ count: Int, _ reached: [UInt64]) -> [Int]? {
    var missing = UInt64.max >> UInt64(longestKernel - count)
    guard reached.reduce(0, |) & missing == missing else { return nil }
    var places: [Int] = []
    while missing != 0 {
      var best = 0
      for place in reached.indices
      where (reached[place] & missing).nonzeroBitCount > (reached[best] & missing).nonzeroBitCount {
        best = place
      }
      missing &= ~reached[best]
      places.append(best)
    }
    return places.sorted()
  }
}
