import Layers

struct GemmOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Gemm", "y = alpha·A·B + beta·C, with A and B transposed where told; C is broadcast",
    inputs: [.required("A", .floats), .required("B", .floats), .optional("C", .floats)],
    attributes: [.float("alpha", 1), .float("beta", 1), .int("transA", 0), .int("transB", 0)],
    products: .allForEachRow)

  let alpha: Float
  let beta: Float
  let isTransposed: (a: Bool, b: Bool)

  init(_ attributes: OperatorAttributes) {
    alpha = attributes.float("alpha")
    beta = attributes.float("beta")
    isTransposed = (attributes.flag("transA"), attributes.flag("transB"))
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let a = try inputs.tensor(0, "A", ranks: 2...2).shape
    let b = try inputs.tensor(1, "B", ranks: 2...2).shape
    let (rows, depth) = isTransposed.a ? (a[1], a[0]) : (a[0], a[1])
    let columns = isTransposed.b ? b[0] : b[1]
    guard b[isTransposed.b ? 1 : 0] == depth else {
      throw OperatorError(.input("B", expected: "a matrix of depth \(depth)", found: b.asShape))
    }
    let shape = [rows, columns]
    try OperatorLimits.check(shape)
    try OperatorLimits.check(multiplications: shape + [depth])
    var product = [S](repeating: 0, count: rows * columns)
    product.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      LinearProducts.multiply(
        inputs.floats(0), .init(isTransposed: isTransposed.a), inputs.floats(1),
        .init(isTransposed: isTransposed.b),
        rows: rows, depth: depth, columns: columns, into: target)
    }
    let (alpha, beta) = (S(alpha), S(beta))
    if alpha != 1 { product = Elements.map(product) { alpha * $0 } }
    if let c = inputs[2] {
      let plan = try BroadcastPlan([shape, c.shape])
      guard plan.shape == shape else {
        throw OperatorError(
          .input("C", expected: "a shape that can be broadcast to \(shape.asShape)", found: c.shape.asShape))
      }
      product = Elements.map(product, inputs.floats(2), plan) { $0 + beta * $1 }
    }
    return [OperatorTensor(shape: shape, values: .float(product))]
  }
}
