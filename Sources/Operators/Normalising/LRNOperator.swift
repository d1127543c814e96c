import Glibc
import Threads

/// Local response normalisation across channels.
struct LRNOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "LRN", "y = x / (bias + alpha/size·Σ x²)^beta, the sum over the nearest channels",
    inputs: [.required("X", .floats)],
    attributes: [.float("alpha", 0.0001), .float("beta", 0.75), .float("bias", 1), .required("size", .int)])

  let alpha: Float
  let beta: Float
  let bias: Float
  let size: Int

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    alpha = attributes.float("alpha")
    beta = attributes.float("beta")
    bias = attributes.float("bias")
    size = attributes.int("size")
    guard size >= 1, size <= OperatorLimits.size else {
      throw OperatorError(.attribute("size", expected: "a number from 1", found: "\(size)"))
    }
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = try inputs.tensor(0, "X", ranks: 2...OperatorLimits.rank)
    let channels = x.shape[1]
    let inner = x.shape[2...].reduce(1, *)
    let values = inputs.floats(0)
    let result = [S](unsafeUninitializedCapacity: values.count) { target, count in
      count = values.count
      guard count > 0, let target = target.baseAddress else { return }
      values.withUnsafeBufferPointer { source in
        let source = source.baseAddress!
        Parallel.forEach(x.shape[0] * channels, work: count * (size + 20)) { plane in
          let channel = plane % channels
          let first = plane - min(channel, (size - 1) / 2)
          let last = plane + min(channels - 1 - channel, size / 2)
          withUnsafeTemporaryAllocation(of: Double.self, capacity: inner) { sums in
            sums.initialize(repeating: 0)
            for neighbour in first...last {
              for index in 0..<inner {
                let number = Double(source[neighbour * inner + index])
                sums[index] += number * number
              }
            }
            let factor = Double(alpha) / Double(size)
            for index in 0..<inner {
              let power = S.pow(S(Double(bias) + factor * sums[index]), S(beta))
              (target + plane * inner + index).initialize(to: source[plane * inner + index] / power)
            }
          }
        }
      }
    }
    return [OperatorTensor(shape: x.shape, values: .float(result))]
  }
}
