/// InnerProduct: the dimensions from `axis` on become one of `num_output`; Y = X·Wᵀ + b, with `transpose`
/// Y = X·W + b.
struct InnerProductLayer: LinearDescription {
  static let facts = LayerFacts(
    "InnerProduct",
    parameters: [
      ParameterMessage(
        message, reads: ["num_output", "bias_term", "axis", "transpose"] + FusedReLU.fields,
        ignores: ["weight_filler", "bias_filler", "engine"])
    ],
    blobs: .weights, bias: BiasField(in: message, default: true),
    sample: LayerSample { sketch in
      let isKept = sketch.happens("keeps channels", oneIn: 3)
      sketch.set(
        message, "num_output", [isKept ? sketch.channels : 1 + sketch.choose("num_output", below: 6)])
      sketch.set(message, "bias_term", oneOf: ["false", nil, "true"])
      sketch.set(message, "transpose", oneOf: [nil, "false", "true"])
      sketch.set(message, "axis", oneOf: [nil, nil, nil, "1", "2", "-1"])
    })

  let subject: LayerSubject
  let outputCount: Int?
  let hasBias: Bool
  let isTransposed: Bool
  let axis: Int
  let fusedReLU: FusedReLU?
  let blobShapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    subject = description.subject
    outputCount = try description.outputCount(in: Self.message)
    hasBias = try description.boolean(Self.message, "bias_term", default: true)
    isTransposed = try description.boolean(Self.message, "transpose", default: false)
    axis = try description.integer(Self.message, "axis", default: 1)
    fusedReLU = try FusedReLU(description, message: Self.message)
    blobShapes = description.blobShapes
    // What is to run must be complete.
    if description.knowsBlobs { _ = try requiredOutputCount() }
    try description.require(blobs: hasBias ? 2...2 : 1...1)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let shape = inputs[0]
    let outputCount = try requiredOutputCount()
    let axis = try Axis.index(axis, of: shape, field: "\(Self.message).axis", subject)
    try Blobs.check(
      blobShapes, 0, count: [outputCount, shape[axis...].saturatingProduct].saturatingProduct, subject)
    if hasBias { try Blobs.check(blobShapes, 1, count: outputCount, subject) }
    return [shape[..<axis] + [outputCount]]
  }

  static let message = "inner_product_param"
  static let canFuseReLU = true
  static let weightAxes = 2

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    switch axis {
    case 1: [outputCount]
    case 2...: [bottoms.first ?? nil]
    default: [nil]
    }
  }

  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] {
    let axis = try Axis.index(axis, of: bottoms[0], field: "\(Self.message).axis", subject)
    let outputCount = try requiredOutputCount()
    let inputs = bottoms[0][axis...].saturatingProduct
    let weights = isTransposed ? [inputs, outputCount] : [outputCount, inputs]
    return [BlobDescription(shape: weights, role: .weight)]
      + (hasBias ? [BlobDescription(shape: [outputCount], role: .shift)] : [])
  }

  func multiplyAdds(_ bottoms: [[Int]]) throws(LayerError) -> Int {
    [bottoms[0].saturatingProduct, try requiredOutputCount()].saturatingProduct
  }

  /// The number of outputs.
  ///
  /// - Throws: `LayerError` where it is not written.
  func requiredOutputCount() throws(LayerError) -> Int {
    guard let outputCount else {
      throw LayerError(
        subject, .parameter(field: "\(Self.message).num_output", found: "0", expected: .positive))
    }
    return outputCount
  }

  func geometry(ofWeights shape: [Int]) throws(LinearGeometry.Mismatch) -> LinearGeometry {
    // Legacy shapes put [N, K] behind two ones.
    let matrix = shape.count == 4 && shape[0] == 1 && shape[1] == 1 ? Array(shape.suffix(2)) : shape
    let outputCount = outputCount ?? (matrix.count == 2 ? matrix[isTransposed ? 1 : 0] : 0)
    guard matrix.count == 2, matrix[isTransposed ? 1 : 0] == outputCount, matrix.saturatingProduct > 0 else {
      throw LinearGeometry.Mismatch(
        expected: isTransposed ? "[K, \(outputCount)]" : "[\(outputCount), K]")
    }
    let inputs = matrix[isTransposed ? 0 : 1]
    return LinearGeometry(
      outputCount: outputCount, rank: 2,
      output: isTransposed
        ? LinearGeometry.Layout(inner: 1, modulus: outputCount, rowsPerGroup: inputs)
        : LinearGeometry.Layout(inner: inputs, modulus: outputCount),
      input: .values(inputs, outputs: outputCount, isTransposed: isTransposed))
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let outputCount = try requiredOutputCount()
    let shape = try outputShapes([inputs[0].shape])[0]
    var top = NetValue<S>(shape: shape)
    let rows = shape.dropLast().product
    let depth = rows == 0 ? 0 : inputs[0].values.count / rows
    top.values.withUnsafeMutableBufferPointer { target in
      inputs[0].values.withUnsafeBufferPointer { source in
        blobs[0].values.withUnsafeBufferPointer { weights in
          guard let target = target.baseAddress, let source = source.baseAddress,
            let weights = weights.baseAddress
          else { return }
          InnerProductKernel.run(target, source, weights, rows, outputCount, depth, isTransposed)
        }
      }
    }
    if hasBias { top.add(perChannel: blobs[1].values, inner: 1) }
    return [top.through(fusedReLU)]
  }
}
