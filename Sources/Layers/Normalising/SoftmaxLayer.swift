/// Exponentials that sum to 1 along `axis`.
///
///     y = exp(x − max x) / Σ exp(x − max x)
struct SoftmaxLayer: LayerDescription {
  static let facts = LayerFacts(
    "Softmax", parameters: [ParameterMessage("softmax_param", reads: ["axis"], ignores: ["engine"])],
    keepsShape: true, sample: LayerSample { $0.set("softmax_param", "axis", oneOf: [nil, "1", "-1"]) })

  private let layer: WrittenLayer
  private let axis: Int

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    axis = try layer.integer("softmax_param", "axis", default: 1)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    _ = try layer.axis(axis, "softmax_param.axis", of: inputs[0])
    return [inputs[0]]
  }

  func run<S: NetScalar>(
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let axis = try layer.axis(axis, "softmax_param.axis", of: input.shape)
    let length = input.shape[axis]
    let inner = input.shape[(axis + 1)...].product
    return [
      NetValue(shape: input.shape) { output in
        input.read { source in
          for outer in 0..<input.shape[..<axis].product {
            for i in 0..<inner {
              let start = outer * length * inner + i
              let (from, to) = (source + start, output + start)
              var largest = -S.infinity
              for place in 0..<length { largest = max(largest, from[place * inner]) }
              for place in 0..<length { to[place * inner] = S.exp(from[place * inner] - largest) }
              let sum = BlockedSum.of(to, count: length, stride: inner) { $0 }
              for place in 0..<length { to[place * inner] /= sum }
            }
          }
        }
      }
    ]
  }
}
