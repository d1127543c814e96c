/// One number for all axes from `axis` on: `coeff` times SUM, ASUM Σ|x|, SUMSQ Σx², or MEAN.
struct ReductionLayer: LayerDescription {
  static let facts = LayerFacts(
    "Reduction", parameters: [ParameterMessage("reduction_param", reads: ["operation", "axis", "coeff"])],
    sample: LayerSample {
      $0.set("reduction_param", "operation", oneOf: [nil, "ASUM", "SUMSQ", "MEAN"])
      $0.set("reduction_param", "axis", oneOf: ["1", "0", "-1"])
    })

  private enum Operation { case sum, absolute, squares, mean }

  private let layer: WrittenLayer
  private let operation: Operation
  private let axis: Int
  private let coefficient: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    let words = ["SUM", "ASUM", "SUMSQ", "MEAN"]
    switch try layer.word("reduction_param", "operation", among: words, from: 1, default: "SUM") {
    case "ASUM": operation = .absolute
    case "SUMSQ": operation = .squares
    case "MEAN": operation = .mean
    default: operation = .sum
    }
    axis = try layer.integer("reduction_param", "axis", default: 0)
    coefficient = try layer.number("reduction_param", "coeff", default: 1)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    [Array(inputs[0][..<(try layer.axis(axis, "reduction_param.axis", of: inputs[0]))])]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] { [axis > 1 ? bottoms.first ?? nil : nil] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shape = try outputShapes([input.shape])[0]
    let length = input.shape[shape.count...].product
    let factor = operation == .mean ? S(coefficient) / S(length) : S(coefficient)
    return [
      NetValue(shape: shape) { output in
        input.read { source in
          for index in 0..<shape.product {
            let part = source + index * length
            let sum =
              switch operation {
              case .sum, .mean: BlockedSum.of(part, count: length) { $0 }
              case .absolute: BlockedSum.of(part, count: length) { $0.magnitude }
              case .squares: BlockedSum.of(part, count: length) { $0 * $0 }
              }
            output[index] = sum * factor
          }
        }
      }
    ]
  }
}
