/// How a window moves over an input: sizes per spatial axis, any number of axes.
///
/// Output o of an axis reads the inputs o·stride − pad + k·dilation for k in 0..<kernel.
package struct WindowGeometry: Sendable, Equatable {
  package var input: [Int]
  package var kernel: [Int]
  package var stride: [Int]
  package var pad: [Int]
  package var dilation: [Int]
  /// The sizes of the windows' grid: a convolution's output, a deconvolution's input.
  package var output: [Int]
  /// How many zeros stand behind the input, where it is another number than before it.
  package var padBehind: [Int]?

  /// A geometry; all lists have as many entries as there are spatial axes.
  package init(
    input: [Int], kernel: [Int], stride: [Int], pad: [Int], dilation: [Int], output: [Int],
    padBehind: [Int]? = nil
  ) {
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.pad = pad
    self.dilation = dilation
    self.output = output
    self.padBehind = padBehind
  }

  /// How many zeros stand before and behind the input along an axis.
  func padding(along axis: Int) -> Int { pad[axis] + (padBehind?[axis] ?? pad[axis]) }

  /// The geometry in which every value is its own window: the columns are the matrix itself.
  static func identity(count: Int) -> WindowGeometry {
    WindowGeometry(input: [count], kernel: [1], stride: [1], pad: [0], dilation: [1], output: [count])
  }

  /// The same windows with fewer axes, when no window has more than one value.
  var simplified: WindowGeometry {
    let isIdentity =
      input == output && kernel.allSatisfy { $0 == 1 }
      && kernel.indices.allSatisfy { padding(along: $0) == 0 }
    return isIdentity || input.isEmpty ? .identity(count: input.product) : self
  }

  /// The number of places of a window.
  var tapCount: Int { kernel.product }

  /// For each place of the window, its offset per axis, axes fastest.
  var taps: [Int] {
    var result: [Int] = []
    result.reserveCapacity(tapCount * kernel.count)
    var place = [Int](repeating: 0, count: kernel.count)
    for _ in 0..<tapCount {
      for axis in kernel.indices { result.append(place[axis] * dilation[axis]) }
      WindowGeometry.advance(&place, in: kernel)
    }
    return result
  }

  /// The next position in row-major order; wraps to zeros.
  static func advance(_ position: inout [Int], in sizes: [Int]) {
    var axis = sizes.count - 1
    while axis >= 0 {
      position[axis] += 1
      if position[axis] < sizes[axis] { return }
      position[axis] = 0
      axis -= 1
    }
  }

  /// Runs of windows along the last axis: where they start in the input (may be negative), per axis.
  struct Run {
    /// The input coordinate of the first window's first place, per axis.
    var start: [Int]
    /// How many windows.
    var count: Int
  }

  /// The windows numbered `range`, row by row.
  func runs(_ range: Range<Int>) -> [Run] {
    let last = output.count - 1
    var result: [Run] = []
    var next = range.lowerBound
    while next < range.upperBound {
      let column = next % output[last]
      let count = min(output[last] - column, range.upperBound - next)
      var start = [Int](repeating: 0, count: last + 1)
      start[last] = column * stride[last] - pad[last]
      var rest = next / output[last]
      for axis in stride(from: last - 1) {
        start[axis] = rest % output[axis] * stride[axis] - pad[axis]
        rest /= output[axis]
      }
      result.append(Run(start: start, count: count))
      next += count
    }
    return result
  }

  private func stride(from axis: Int) -> ReversedCollection<Range<Int>> { (0..<max(0, axis + 1)).reversed() }
}
