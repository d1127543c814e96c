/// The window fields of `convolution_param`, before it is known how many spatial axes the bottom has.
struct WindowParameters: Sendable {
  private let message: String
  private let subject: LayerSubject
  private let kernel: [Int]
  private let stride: [Int]
  private let pad: [Int]
  private let dilation: [Int]

  /// Reads `kernel_size` or `kernel_h`/`kernel_w`, likewise `stride` and `pad`, and `dilation`.
  init(_ description: WrittenLayer, message: String) throws(LayerError) {
    func sizes(_ name: String, _ height: String, _ width: String, least: Int) throws(LayerError) -> [Int] {
      let written = try description.integers(message, name)
      let hasSides = description.has(message, height) || description.has(message, width)
      let sizes =
        hasSides
        ? [
          try description.integer(message, height, default: least == 0 ? 0 : name == "stride" ? 1 : 0),
          try description.integer(message, width, default: least == 0 ? 0 : name == "stride" ? 1 : 0),
        ] : written
      for size in sizes where size < least {
        throw description.error(
          .parameter(
            field: "\(message).\(hasSides ? height : name)", found: "\(size)",
            expected: least == 0 ? .notNegative : .positive))
      }
      return sizes
    }
    self.message = message
    subject = description.subject
    kernel = try sizes("kernel_size", "kernel_h", "kernel_w", least: 1)
    guard !kernel.isEmpty else { throw description.error(.missingParameter(field: "\(message).kernel_size")) }
    stride = try sizes("stride", "stride_h", "stride_w", least: 1)
    pad = try sizes("pad", "pad_h", "pad_w", least: 0)
    dilation = try description.integers(message, "dilation")
    for size in dilation where size < 1 {
      throw description.error(.parameter(field: "\(message).dilation", found: "\(size)", expected: .positive))
    }
    // Caffe keeps them in an int; here the product of two then fits.
    for (name, sizes) in [("kernel_size", kernel), ("stride", stride), ("pad", pad), ("dilation", dilation)] {
      for size in sizes where size > Int(Int32.max) {
        throw description.error(
          .parameter(field: "\(message).\(name)", found: "\(size)", expected: .below(1 << 31)))
      }
    }
  }

  /// The windows over an input of these spatial sizes; for `transposed` the input is the grid of windows.
  func geometry(_ sizes: [Int], transposed: Bool = false) throws(LayerError) -> WindowGeometry {
    func expanded(_ values: [Int], _ field: String, _ value: Int) throws(LayerError) -> [Int] {
      if values.count == sizes.count { return values }
      guard values.count <= 1 else {
        throw LayerError(
          subject,
          .parameter(
            field: "\(message).\(field)", found: values.map(String.init).joined(separator: " "),
            expected: .count(sizes.count...sizes.count)))
      }
      return Array(repeating: values.first ?? value, count: sizes.count)
    }
    var geometry = WindowGeometry(
      input: sizes, kernel: try expanded(kernel, "kernel_size", 1), stride: try expanded(stride, "stride", 1),
      pad: try expanded(pad, "pad", 0), dilation: try expanded(dilation, "dilation", 1), output: sizes)
    for axis in sizes.indices {
      let extent = geometry.dilation[axis] * (geometry.kernel[axis] - 1) + 1
      if transposed {
        geometry.input[axis] = geometry.stride[axis] * (sizes[axis] - 1) + extent - 2 * geometry.pad[axis]
      } else {
        let room = sizes[axis] + 2 * geometry.pad[axis] - extent
        guard room >= 0 else {
          throw LayerError(
            subject,
            .windowTooLarge(window: geometry.kernel, input: zip(sizes, geometry.pad).map { $0 + 2 * $1 }))
        }
        geometry.output[axis] = room / geometry.stride[axis] + 1
      }
    }
    return geometry
  }
}
