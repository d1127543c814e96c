import Threads

/// Bottoms of one shape combined element by element: SUM Σ coeff·x, PROD Π x, or MAX.
struct EltwiseLayer: LayerDescription {
  static let facts = LayerFacts(
    "Eltwise", bottoms: 1...Int.max,
    parameters: [
      ParameterMessage(
        "eltwise_param", reads: ["operation", "coeff"], ignores: ["stable_prod_grad", "engine"])
    ],
    keepsShape: true, worksInPlace: false,
    sample: LayerSample(bottoms: 2...3) { sketch in
      let operation: String? = sketch.pick("operation", [nil, "SUM", "PROD", "MAX"])
      sketch.parameters["eltwise_param", "operation"] = operation.map { [$0] }
      if operation == nil || operation == "SUM", sketch.happens("coeff") {
        sketch.parameters["eltwise_param", "coeff"] = sketch.bottoms.indices.map {
          sketch.pick("coeff.\($0)", ["1", "-1", "0.5"])
        }
      }
    })

  private enum Operation { case product, sum, maximum }

  private let layer: WrittenLayer
  private let operation: Operation
  private let coefficients: [Double]

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    // Caffe wants two; nets that other tools cut down have one, whose meaning nobody doubts.
    try layer.require(bottoms: 1...Int.max)
    let coefficients = try layer.numbers("eltwise_param", "coeff")
    switch try layer.word("eltwise_param", "operation", among: ["PROD", "SUM", "MAX"], default: "SUM") {
    case "PROD": operation = .product
    case "MAX": operation = .maximum
    default: operation = .sum
    }
    if !coefficients.isEmpty {
      // Caffe refuses coefficients of a product and ignores those of a maximum.
      if operation == .product { try layer.require("eltwise_param.coeff", coefficients, count: 0) }
      try layer.require("eltwise_param.coeff", coefficients, count: layer.bottomCount)
    }
    self.coefficients =
      coefficients.isEmpty ? [Double](repeating: 1, count: layer.bottomCount) : coefficients
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    for (index, shape) in inputs.enumerated() { try layer.require(shape, bottom: index, like: inputs[0]) }
    return [inputs[0]]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    _ = try outputShapes(inputs.map(\.shape))
    let others = Array(inputs.dropFirst())
    let count = inputs[0].values.count
    return [
      inputs[0].usedUp { first, output in
        Parallel.forEach((count + Self.chunk - 1) / Self.chunk, work: count * (others.count + 1)) { piece in
          let start = piece * Self.chunk
          let length = min(Self.chunk, count - start)
          combine(0, first + start, into: output + start, count: length)
          for (index, input) in zip(1..., others) {
            input.read { combine(index, $0 + start, into: output + start, count: length) }
          }
        }
      }
    ]
  }

  /// Values that one thread takes at a time: those of a bottom and of the top stay in the second-level cache.
  private static let chunk = 1 << 13

  /// The values of a bottom with what the bottoms before have made.
  @inline(__always)
  private func combine<S: NetScalar>(
    _ index: Int, _ source: UnsafePointer<S>, into output: UnsafeMutablePointer<S>, count: Int
  ) {
    switch operation {
    case .sum where index > 0: S.add(S(coefficients[index]), times: source, to: output, count: count)
    // With the coefficient 1 numbers stay as they are, −0 too, of which Caffe's 0 + 1·x makes +0.
    case .sum where coefficients[0] != 1:
      S.scale(source, by: S(coefficients[0]), shift: 0, into: output, count: count)
    case .product where index > 0:
      for i in 0..<count { output[i] *= source[i] }
    case .maximum where index > 0:
      // Of a NaN and a number Caffe takes the later of the first two bottoms, then keeps what it has.
      for i in 0..<count where index == 1 ? !(output[i] > source[i]) : source[i] > output[i] {
        output[i] = source[i]
      }
    default: if output != source { output.update(from: source, count: count) }
    }
  }
}
