/// The window fields of `pooling_param`, by axis: height, width.
struct PoolingWindow: Sendable {
  private let kernel: [Int]
  private let stride: [Int]
  private let pad: [Int]
  private let roundsUp: Bool

  /// Where the windows lie along one axis.
  struct Spans: Sendable {
    /// For each window, what of it is inside of the bottom.
    var inside: [Range<Int>]
    /// For each window, how long it is within the padded bottom. Where a stride is longer than the window, the
    /// last one may begin behind the bottom: Caffe's length is then zero or negative, and so is this one.
    var lengths: [Int]

    /// One window over everything.
    init(whole size: Int) {
      inside = [0..<size]
      lengths = [size]
    }

    fileprivate init(count: Int, kernel: Int, stride: Int, pad: Int, size: Int) {
      let starts = (0..<count).map { $0 * stride - pad }
      lengths = starts.map { min($0 + kernel, size + pad) - $0 }
      inside = zip(starts, lengths).map { start, length in
        let first = min(max(start, 0), size)
        return first..<max(first, min(start + length, size))
      }
    }
  }

  /// A window of these sizes, whose number of outputs is rounded up.
  init(kernel: [Int], stride: [Int], pad: [Int]) {
    (self.kernel, self.stride, self.pad) = (kernel, stride, pad)
    roundsUp = true
  }

  /// Reads sizes, strides and padding, and how the number of outputs is rounded: up in BVLC Caffe, by `round_mode`
  /// or `ceil_mode` in others.
  init(_ description: WrittenLayer) throws(LayerError) {
    func pair(
      _ name: String, _ sides: [String], default value: Int?, least: Int
    ) throws(LayerError) -> [Int] {
      let both = try description.integer("pooling_param", name, default: value ?? 0)
      var pair: [Int] = []
      for side in sides {
        let isSide = description.has("pooling_param", side)
        guard isSide || value != nil || description.has("pooling_param", name) else {
          throw description.error(.missingParameter(field: "pooling_param.\(name)"))
        }
        let size = try description.integer("pooling_param", side, default: both)
        guard size >= least else {
          throw description.error(
            .parameter(
              field: "pooling_param.\(isSide ? side : name)", found: "\(size)",
              expected: least == 0 ? .notNegative : .positive))
        }
        pair.append(size)
      }
      return pair
    }
    kernel = try pair("kernel_size", ["kernel_h", "kernel_w"], default: nil, least: 1)
    stride = try pair("stride", ["stride_h", "stride_w"], default: 1, least: 1)
    pad = try pair("pad", ["pad_h", "pad_w"], default: 0, least: 0)
    for (pad, kernel) in zip(pad, kernel) where pad >= kernel {
      throw description.error(
        .parameter(field: "pooling_param.pad", found: "\(pad)", expected: .below(kernel)))
    }
    let mode = try description.word(
      "pooling_param", "round_mode", among: ["CEIL", "FLOOR"], default: "CEIL")
    roundsUp = try description.boolean("pooling_param", "ceil_mode", default: mode == "CEIL")
  }

  /// How many windows lie along an axis of the bottom.
  func count(axis: Int, size: Int, _ subject: LayerSubject) throws(LayerError) -> Int {
    let room = size + 2 * pad[axis] - kernel[axis]
    // Rounded up, a small negative number gives one window over the whole axis, as in Caffe.
    var count = roundsUp ? divideUp(room, stride[axis]) + 1 : divideDown(room, stride[axis]) + 1
    if pad.contains(where: { $0 > 0 }), (count - 1) * stride[axis] >= size + pad[axis] { count -= 1 }
    guard count > 0 else {
      throw LayerError(subject, .windowTooLarge(window: [kernel[axis]], input: [size + 2 * pad[axis]]))
    }
    return count
  }

  /// Where the windows lie along an axis of the bottom.
  func spans(axis: Int, size: Int, count: Int) -> Spans {
    Spans(count: count, kernel: kernel[axis], stride: stride[axis], pad: pad[axis], size: size)
  }

  private func divideDown(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((-a + b - 1) / b) }

  private func divideUp(_ a: Int, _ b: Int) -> Int { a >= 0 ? (a + b - 1) / b : -(-a / b) }
}
