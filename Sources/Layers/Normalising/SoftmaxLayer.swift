import Threads

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
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let axis = try layer.axis(axis, "softmax_param.axis", of: input.shape)
    let length = input.shape[axis]
    let inner = input.shape[(axis + 1)...].product
    let outer = input.shape[..<axis].product
    return [
      NetValue(written: input.shape) { output in
        input.read { source in
          // Several distributions that lie side by side, or one after the other, make one piece of work.
          let strips = (inner + Self.strip - 1) / Self.strip
          let batch = max(1, Self.strip / inner)
          Parallel.forEach((outer + batch - 1) / batch * strips, work: input.values.count * 20) { piece in
            let first = piece % strips * Self.strip
            let count = min(Self.strip, inner - first)
            for row in piece / strips * batch..<min(outer, (piece / strips + 1) * batch) {
              let start = row * length * inner + first
              Self.run(source + start, output + start, length: length, stride: inner, count: count)
            }
          }
        }
      }
    ]
  }

  private static let strip = 256

  /// The exponentials of `count` distributions that lie side by side.
  @inline(__always)
  private static func run<S: NetScalar>(
    _ source: UnsafePointer<S>, _ output: UnsafeMutablePointer<S>, length: Int, stride: Int, count: Int
  ) {
    withUnsafeTemporaryAllocation(of: S.self, capacity: count) { largest in
      // Summed in Double: there may be many classes.
      withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { sums in
        for i in 0..<count { (largest[i], sums[i]) = (-S.infinity, 0) }
        for place in 0..<length {
          let from = source + place * stride
          for i in 0..<count { largest[i] = max(largest[i], from[i]) }
        }
        for place in 0..<length {
          let (from, to) = (source + place * stride, output + place * stride)
          for i in 0..<count {
            to[i] = S.exp(from[i] - largest[i])
            sums[i] += Double(to[i])
          }
        }
        for place in 0..<length {
          let to = output + place * stride
          for i in 0..<count { to[i] /= S(sums[i]) }
        }
      }
    }
  }
}
