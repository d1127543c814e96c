import Layers

/// What Conv and ConvTranspose have in common: input, weights, bias, groups.
struct LinearShapes {
  let images: Int
  let channels: Int
  let groups: Int
  /// The sizes of the spatial axes.
  let input: [Int]
  let kernel: [Int]

  /// The fields of both operators.
  static let fields =
    WindowAttributes.fields + [
      .optional("dilations", .ints), .int("group", 1), .optional("kernel_shape", .ints),
    ]

  /// Checks the shapes of input and weights against each other and against the attributes.
  init<S: OperatorScalar>(
    _ inputs: [OperatorTensor<S>?], groups: Int, kernelShape: [Int]?, isTransposed: Bool
  ) throws(OperatorError) {
    let x = try inputs.tensor(0, "X", ranks: 3...OperatorLimits.rank)
    let w = try inputs.tensor(1, "W", ranks: x.shape.count...x.shape.count)
    images = x.shape[0]
    channels = x.shape[1]
    input = Array(x.shape[2...])
    kernel = Array(w.shape[2...])
    self.groups = groups
    let counted = isTransposed ? channels : w.shape[0]
    guard groups >= 1, channels % groups == 0, counted % groups == 0 else {
      throw OperatorError(
        .attribute("group", expected: "a divisor of \(channels) and \(w.shape[0])", found: "\(groups)"))
    }
    guard w.shape[isTransposed ? 0 : 1] == (isTransposed ? channels : channels / groups) else {
      throw OperatorError(
        .input(
          "W", expected: "weights for \(channels) channels in \(groups) groups", found: w.shape.asShape))
    }
    guard kernel.allSatisfy({ $0 >= 1 && $0 <= OperatorLimits.size }) else {
      throw OperatorError(.input("W", expected: "windows that are not empty", found: w.shape.asShape))
    }
    guard input.allSatisfy({ $0 <= OperatorLimits.size }) else {
      throw OperatorError(
        .input("X", expected: "spatial axes of at most \(OperatorLimits.size)", found: x.shape.asShape))
    }
    if let kernelShape, kernelShape != kernel {
      throw OperatorError(
        .attribute("kernel_shape", expected: "the sizes of the weights, \(kernel)", found: "\(kernelShape)"))
    }
  }

  /// The product with the bias of each output channel added.
  static func biased<S: OperatorScalar>(
    _ product: [S], _ inputs: [OperatorTensor<S>?], outputs: Int, inner: Int
  ) throws(OperatorError) -> OperatorValues<S> {
    try inputs.require(2, "B", shape: [outputs])
    guard inputs[2] != nil else { return .float(product) }
    let rows = inner == 0 || outputs == 0 ? 0 : product.count / inner / outputs
    let plan = BroadcastPlan(
      shape: [rows, outputs, inner], strides: [[outputs * inner, inner, 1], [0, 1, 0]])
    return .float(Elements.map(product, inputs.floats(2), plan) { $0 + $1 })
  }
}
