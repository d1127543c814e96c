struct TransposeOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Transpose", "the axes in another order, reversed where none is given", inputs: [.required("data", .all)],
    outputs: ["transposed"], attributes: [.optional("perm", .ints)])

  let order: [Int]?

  init(_ attributes: OperatorAttributes) { order = attributes.ints("perm") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let order = order ?? tensor.shape.indices.reversed()
    guard order.sorted() == Array(tensor.shape.indices) else {
      throw OperatorError(
        .attribute("perm", expected: "each of the \(tensor.shape.count) axes once", found: "\(order)"))
    }
    let strides = tensor.shape.denseStrides
    let shape = order.map { tensor.shape[$0] }
    return [try tensor.moved(to: shape, by: StridedView(shape: shape, strides: order.map { strides[$0] }))]
  }
}
