/// The same values under other dimensions: `shape.dim` replaces `num_axes` axes from `axis` on; 0 copies the
/// bottom's dimension, one −1 takes what is left.
struct ReshapeLayer: LayerDescription {
  static let facts = LayerFacts(
    "Reshape",
    parameters: [ParameterMessage("reshape_param", reads: ["shape", "axis", "num_axes"])],
    sample: LayerSample { sketch in
      let rank = sketch.bottoms.first?.count ?? 0
      let dimensions = sketch.pick("shape", [Array(repeating: 0, count: rank), [0, -1], [0, 0, -1]])
      sketch.parameters["reshape_param", "shape", "dim"] = dimensions.map(String.init)
    })

  private let layer: WrittenLayer
  private let dimensions: [Int]
  private let firstAxis, axisCount: Int

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    dimensions = try layer.integers("reshape_param", "shape", "dim")
    for size in dimensions { try layer.require("reshape_param.shape.dim", size, from: -1) }
    firstAxis = try layer.integer("reshape_param", "axis", default: 0)
    axisCount = try layer.integer("reshape_param", "num_axes", default: -1)
    try layer.require("reshape_param.num_axes", axisCount, from: -1)
    if dimensions.count(where: { $0 == -1 }) > 1 { throw misfit(.oneInferred) }
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let input = inputs[0]
    // Behind the last axis is a place, too: −1 means there, not the last axis.
    try layer.require("reshape_param.axis", firstAxis, from: -input.count - 1, to: input.count)
    let start = firstAxis >= 0 ? firstAxis : input.count + firstAxis + 1
    if axisCount >= 0 {
      try layer.require("reshape_param.num_axes", axisCount, from: -1, to: input.count - start)
    }
    let end = axisCount < 0 ? input.count : start + axisCount
    var middle = dimensions
    for (index, size) in dimensions.enumerated() where size == 0 {
      guard start + index < input.count else {
        throw layer.error(.axis(field: "reshape_param.shape.dim", value: start + index, shape: input))
      }
      middle[index] = input[start + index]
    }
    if let inferred = dimensions.firstIndex(of: -1) {
      middle[inferred] = 1
      let others = try layer.bounded(Array(input[..<start] + middle + input[end...])).product
      guard others > 0, input.product % others == 0 else {
        throw misfit(.product(input[start..<end].product))
      }
      middle[inferred] = input.product / others
    }
    let output = try layer.bounded(Array(input[..<start] + middle + input[end...]))
    guard output.product == input.product else { throw misfit(.product(input[start..<end].product)) }
    return [output]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    guard firstAxis == 0, axisCount == -1, dimensions.count > 1 else { return [nil] }
    switch dimensions[1] {
    case 0: return [bottoms.first ?? nil]
    case -1: return [nil]
    case let count: return [count]
    }
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    [inputs[0].reshaped(try outputShapes([inputs[0].shape])[0])]
  }

  private func misfit(_ expected: LayerError.Expectation) -> LayerError {
    let written = dimensions.map(\.description).joined(separator: " ")
    return layer.error(.parameter(field: "reshape_param.shape.dim", found: written, expected: expected))
  }
}
