struct DepthToSpaceOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "DepthToSpace", "blocks of channels become blocks of the plane", inputs: [.required("input", .all)],
    outputs: ["output"],
    attributes: [.required("blocksize", .int), .string("mode", "DCR", oneOf: ["DCR", "CRD"])])

  let block: Int
  let hasChannelsFirst: Bool

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    block = try BlockSize.read(attributes)
    hasChannelsFirst = attributes.string("mode") == "CRD"
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = try inputs.tensor(0, "input", ranks: 4...4)
    let (images, channels, height, width) = (
      tensor.shape[0], tensor.shape[1], tensor.shape[2], tensor.shape[3]
    )
    guard channels % (block * block) == 0 else {
      throw OperatorError(
        .input("input", expected: "channels in blocks of \(block * block)", found: tensor.shape.asShape))
    }
    let depth = channels / (block * block)
    let plane = height * width
    // The distance of two channels of the result, and of two rows and two columns of a block.
    let (channel, row, column) =
      hasChannelsFirst
      ? (block * block * plane, block * plane, plane)
      : (plane, block * depth * plane, depth * plane)
    let view = StridedView(
      shape: [images, depth, height, block, width, block],
      strides: [channels * plane, channel, width, row, 1, column])
    return [try tensor.moved(to: [images, depth, height * block, width * block], by: view)]
  }
}

struct SpaceToDepthOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "SpaceToDepth", "blocks of the plane become blocks of channels", inputs: [.required("input", .all)],
    outputs: ["output"],
    attributes: [
      .required("blocksize", .int),
      .string(
        "mode", "DCR", oneOf: ["DCR", "CRD"], opsets: 28...OperatorSignature.opsets.upperBound),
    ])

  let block: Int
  let hasChannelsFirst: Bool

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    block = try BlockSize.read(attributes)
    hasChannelsFirst = attributes.string("mode") == "CRD"
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = try inputs.tensor(0, "input", ranks: 4...4)
    let (images, channels, height, width) = (
      tensor.shape[0], tensor.shape[1], tensor.shape[2], tensor.shape[3]
    )
    guard height % block == 0, width % block == 0 else {
      throw OperatorError(
        .input("input", expected: "a plane in blocks of \(block)", found: tensor.shape.asShape))
    }
    let (rows, columns) = (height / block, width / block)
    let plane = height * width
    let shape = [images, channels * block * block, rows, columns]
    try OperatorLimits.check(shape)
    let view =
      hasChannelsFirst
      ? StridedView(
        shape: [images, channels, block, block, rows, columns],
        strides: [channels * plane, plane, width, 1, block * width, block])
      : StridedView(
        shape: [images, block, block, channels, rows, columns],
        strides: [channels * plane, width, 1, plane, block * width, block])
    return [try tensor.moved(to: shape, by: view)]
  }
}

private enum BlockSize {
  static func read(_ attributes: OperatorAttributes) throws(OperatorError) -> Int {
    let block = attributes.int("blocksize")
    guard block >= 1, block <= 1 << 14 else {
      throw OperatorError(
        .attribute("blocksize", expected: "a number from 1 to \(1 << 14)", found: "\(block)"))
    }
    return block
  }
}
