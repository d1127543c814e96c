import Layers

/// y[o] = b[o] + Σ_{i,k} W[o,i,k]·x[i, window k], over any number of spatial axes.
struct ConvOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Conv", "the convolution of images × channels × … with outputs × channels/group × …, plus a bias",
    inputs: [.required("X", .floats), .required("W", .floats), .optional("B", .floats)],
    attributes: LinearShapes.fields, products: .rowForEachOutput)

  let groups: Int
  let kernelShape: [Int]?
  let window: WindowAttributes

  init(_ attributes: OperatorAttributes) {
    groups = attributes.int("group")
    kernelShape = attributes.ints("kernel_shape")
    window = WindowAttributes(attributes)
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let shapes = try LinearShapes(inputs, groups: groups, kernelShape: kernelShape, isTransposed: false)
    var sizes = try window.sizes(kernel: shapes.kernel)
    let output = try window.outputs(&sizes, input: shapes.input)
    let outputs = inputs.tensor(1).shape[0]
    let shape = [shapes.images, outputs] + output
    try OperatorLimits.check(shape)
    try OperatorLimits.check(multiplications: shape + inputs.tensor(1).shape.dropFirst())
    let geometry = WindowGeometry(
      input: shapes.input, kernel: sizes.kernel, stride: sizes.strides, pad: sizes.pads,
      dilation: sizes.dilations,
      output: output, padBehind: sizes.padsBehind)
    let product = LinearProducts.convolution(
      geometry, images: shapes.images, channels: shapes.channels, outputs: outputs, groups: groups,
      input: inputs.floats(0), weights: inputs.floats(1))
    let values = try LinearShapes.biased(product, inputs, outputs: outputs, inner: output.product)
    return [OperatorTensor(shape: shape, values: values)]
  }
}
