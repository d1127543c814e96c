import Threads

/// Where the windows of a pooling lie along one axis.
struct PoolingAxis {
  /// A window: its first place inside of the input, how many places it has there, and how many with the pads.
  struct Window {
    var first: Int
    var count: Int
    var padded: Int
  }

  let windows: [Window]
  /// The distance of two places of a window.
  let dilation: Int
  /// The size of the input.
  let size: Int

  /// The windows of an axis of a size.
  init(_ sizes: WindowAttributes.Sizes, axis: Int, size: Int, count: Int) {
    let (kernel, dilation) = (sizes.kernel[axis], sizes.dilations[axis])
    let (pad, padBehind) = (sizes.pads[axis], sizes.padsBehind[axis])
    windows = (0..<count).map { index in
      let start = index * sizes.strides[axis] - pad
      let skipped = start < 0 ? min(kernel, (-start + dilation - 1) / dilation) : 0
      let inside = start < size ? min(kernel, (size - 1 - start) / dilation + 1) : 0
      let padded = min(kernel, max(0, size + padBehind - 1 - start) / dilation + 1)
      return Window(first: start + skipped * dilation, count: max(0, inside - skipped), padded: padded)
    }
    self.dilation = dilation
    self.size = size
  }

  /// Reduces the axis of outer × size × inner: for each window and each place behind the axis calls `start` with the first
  /// place of the window and `add` with the further ones, then `end`; each gets the place in the result, the place in the
  /// input and how many neighbours there are.
  ///
  /// Inlined with its closures: along the last axis there is one neighbour, and a call for each would cost the most.
  @inline(__always)
  func pass(
    outer: Int, inner: Int,
    _ start: (_ target: Int, _ source: Int, _ count: Int) -> Void,
    _ add: (_ target: Int, _ source: Int, _ count: Int) -> Void
  ) {
    let taps = windows.reduce(0) { $0 + $1.count }
    Parallel.forEach(outer, work: outer * taps * inner) { plane in
      for (index, window) in windows.enumerated() where window.count > 0 {
        let target = (plane * windows.count + index) * inner
        let source = (plane * size + window.first) * inner
        start(target, source, inner)
        for tap in 1..<max(1, window.count) { add(target, source + tap * dilation * inner, inner) }
      }
    }
  }
}

/// The windows of a pooling along all spatial axes.
struct PoolingWindows {
  let axes: [PoolingAxis]
  /// The shape of the result.
  let shape: [Int]
  private let input: [Int]

  /// Checks the shape of an input against the attributes.
  ///
  /// - Throws: `OperatorError` for windows that do not fit or lie in the pads alone.
  init<S: OperatorScalar>(
    _ x: OperatorTensor<S>, _ attributes: WindowAttributes, kernel: [Int], isCeiled: Bool, isDilated: Bool
  ) throws(OperatorError) {
    input = x.shape
    let spatial = Array(x.shape[2...])
    guard kernel.count == spatial.count, kernel.allSatisfy({ $0 >= 1 && $0 <= OperatorLimits.size }) else {
      throw OperatorError(
        .attribute("kernel_shape", expected: "\(spatial.count) sizes from 1", found: "\(kernel)"))
    }
    guard spatial.allSatisfy({ $0 <= OperatorLimits.size }) else {
      throw OperatorError(
        .input("X", expected: "spatial axes of at most \(OperatorLimits.size)", found: x.shape.asShape))
    }
    var sizes = try attributes.sizes(kernel: kernel, isDilated: isDilated)
    let counts = try attributes.outputs(&sizes, input: spatial, isCeiled: isCeiled)
    shape = x.shape[..<2] + counts
    try OperatorLimits.check(shape)
    var axes: [PoolingAxis] = []
    for axis in counts.indices {
      axes.append(PoolingAxis(sizes, axis: axis, size: spatial[axis], count: counts[axis]))
    }
    guard axes.allSatisfy({ $0.windows.allSatisfy { $0.count > 0 } }) else {
      throw OperatorError(
        .attribute(
          "pads", expected: "pads that leave each window a part of the input", found: "\(sizes.pads)"))
    }
    // While an axis is reduced, those before it still have the input's size.
    for axis in axes.indices {
      try OperatorLimits.check(Array(x.shape[..<(2 + axis)] + counts[axis...]))
    }
    self.axes = axes
  }

  /// Reduces the spatial axes one after the other, the last one first: calls `body` with an axis, the product of the sizes
  /// before it and of those behind it.
  func forEachAxis(_ body: (_ axis: PoolingAxis, _ outer: Int, _ inner: Int) -> Void) {
    var sizes = input
    for axis in axes.indices.reversed() {
      let place = axis + 2
      body(axes[axis], sizes[..<place].reduce(1, *), sizes[(place + 1)...].reduce(1, *))
      sizes[place] = axes[axis].windows.count
    }
  }
}
