/// The window fields of `convolution_param`, before it is known how many spatial axes the bottom has.
struct WindowParameters: Sendable {
  private let message: String
  private let subject: LayerSubject
  /// The most places that a window may have. Each has an offset in memory, and where the bottom has no channels no weights
  /// speak for so many.
  static let mostPlaces = 1 << 22

  /// The sizes as they are written.
  let fields: WindowFields

  /// Reads `kernel_size` or `kernel_h`/`kernel_w`, likewise `stride` and `pad`, and `dilation`.
  init(_ description: WrittenLayer, message: String) throws(LayerError) {
    self.message = message
    subject = description.subject
    fields = try WindowFields(description, message: message)
  }

  /// Throws where the size of the window is not written.
  func requireKernel() throws(LayerError) {
    guard !fields.kernel.isEmpty else {
      throw LayerError(subject, .missingParameter(field: "\(message).kernel_size"))
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
    try requireKernel()
    var geometry = WindowGeometry(
      input: sizes, kernel: try expanded(fields.kernel, "kernel_size", 1),
      stride: try expanded(fields.stride, "stride", 1),
      pad: try expanded(fields.pad, "pad", 0), dilation: try expanded(fields.dilation, "dilation", 1),
      output: sizes)
    geometry.padBehind = try fields.padBehind.map { (pad) throws(LayerError) in
      try expanded(pad, "pad_b", 0)
    }
    let places = geometry.kernel.saturatingProduct
    guard places <= Self.mostPlaces else {
      throw LayerError(subject, .windowsTooLarge(count: places, limit: Self.mostPlaces))
    }
    for axis in sizes.indices {
      let extent = geometry.dilation[axis] * (geometry.kernel[axis] - 1) + 1
      if transposed {
        geometry.input[axis] =
          geometry.stride[axis] * (sizes[axis] - 1) + extent - geometry.padding(along: axis)
      } else {
        let room = sizes[axis] + geometry.padding(along: axis) - extent
        guard room >= 0 else {
          throw LayerError(
            subject,
            .windowTooLarge(
              window: geometry.kernel, input: sizes.indices.map { sizes[$0] + geometry.padding(along: $0) }))
        }
        geometry.output[axis] = room / geometry.stride[axis] + 1
      }
    }
    return geometry
  }
}
