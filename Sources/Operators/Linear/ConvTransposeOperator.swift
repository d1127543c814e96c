import Layers

/// The transpose of Conv: each input adds its weights to a window of the output.
struct ConvTransposeOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "ConvTranspose",
    "the transposed convolution of images × channels × … with channels × outputs/group × …, plus a bias",
    inputs: [.required("X", .floats), .required("W", .floats), .optional("B", .floats)],
    attributes: LinearShapes.fields + [.optional("output_padding", .ints), .optional("output_shape", .ints)],
    products: .rowForEachInput)

  let attributes: OperatorAttributes
  let groups: Int
  let window: WindowAttributes

  init(_ attributes: OperatorAttributes) {
    self.attributes = attributes
    groups = attributes.int("group")
    window = WindowAttributes(attributes)
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let shapes = try LinearShapes(
      inputs, groups: groups, kernelShape: attributes.ints("kernel_shape"), isTransposed: true)
    var sizes = try window.sizes(kernel: shapes.kernel)
    let output = try outputSizes(&sizes, shapes)
    let perGroup = inputs.tensor(1).shape[1]
    let outputs = perGroup * groups
    let shape = [shapes.images, outputs] + output
    try OperatorLimits.check(shape)
    do throws(OperatorError) {
      // What the windows of a group add up to is in memory at once.
      try OperatorLimits.check([perGroup] + shapes.kernel + shapes.input)
    } catch {
      throw OperatorError(.memory(limit: OperatorLimits.count))
    }
    try OperatorLimits.check(
      multiplications: [shapes.images, shapes.channels] + shapes.input + inputs.tensor(1).shape.dropFirst())
    let geometry = WindowGeometry(
      input: output, kernel: sizes.kernel, stride: sizes.strides, pad: sizes.pads, dilation: sizes.dilations,
      output: shapes.input)
    let product = LinearProducts.transposedConvolution(
      geometry, images: shapes.images, channels: shapes.channels, outputs: outputs, groups: groups,
      input: inputs.floats(0), weights: inputs.floats(1))
    let values = try LinearShapes.biased(product, inputs, outputs: outputs, inner: output.product)
    return [OperatorTensor(shape: shape, values: values)]
  }

  /// The sizes of the output; fills in the pads that follow from them.
  private func outputSizes(
    _ sizes: inout WindowAttributes.Sizes, _ shapes: LinearShapes
  ) throws(OperatorError) -> [Int] {
    let axes = shapes.kernel.count
    let more = try attributes.sizes("output_padding", count: axes, least: 0, default: 0)
    let wanted = try attributes.ints("output_shape").map { given throws(OperatorError) in
      // Some writers give the whole shape, others its spatial part.
      let spatial = given.count == axes + 2 ? Array(given.dropFirst(2)) : given
      guard spatial.count == axes, spatial.allSatisfy({ $0 >= 0 && $0 <= OperatorLimits.size }) else {
        throw OperatorError(.attribute("output_shape", expected: "\(axes) sizes", found: "\(given)"))
      }
      return spatial
    }
    var output: [Int] = []
    for axis in 0..<axes {
      let stride = sizes.strides[axis]
      guard more[axis] < max(stride, sizes.dilations[axis]) else {
        throw OperatorError(
          .attribute(
            "output_padding", expected: "less than the stride or the dilation", found: "\(more[axis])"))
      }
      let whole = stride * (shapes.input[axis] - 1) + more[axis] + sizes.reach(axis)
      guard whole <= OperatorLimits.count else { throw OperatorError(.memory(limit: OperatorLimits.count)) }
      // The size that pads are chosen for: what is written, or for SAME the input's times the stride. Pads cut off, but never
      // add: without a written size the output may be smaller than that.
      let isSame = window.autoPad == .sameUpper || window.autoPad == .sameLower
      if let size = wanted?[axis] ?? (isSame ? shapes.input[axis] * stride : nil) {
        let pad = max(0, whole - size)
        let before = window.autoPad == .sameUpper ? pad / 2 : pad - pad / 2
        sizes.pads[axis] = before
        sizes.padsBehind[axis] = pad - before
      }
      output.append(wanted?[axis] ?? whole - sizes.pads[axis] - sizes.padsBehind[axis])
    }
    return output
  }
}
