/// PReLU: y = max(x, 0) + slope[c]·min(x, 0), channels on axis 1; one slope for all with `channel_shared`.
struct PReLULayer: ForwardLayer {
  private let subject: LayerSubject
  private let isShared: Bool
  private let blobShapes: [[Int]]

  init(_ description: LayerDescription) throws(ForwardError) {
    try description.require(blobs: 1...1)
    subject = description.subject
    isShared = try description.boolean("prelu_param", "channel_shared", default: false)
    blobShapes = description.blobShapes
  }

  func outputShapes(_ inputs: [[Int]]) throws(ForwardError) -> [[Int]] {
    guard inputs[0].count >= 2 else {
      throw ForwardError(subject, .inputRank(index: 0, expected: 2...Int.max, found: inputs[0]))
    }
    try Blobs.check(blobShapes, 0, count: isShared ? 1 : inputs[0][1], subject)
    return inputs
  }

  func run<S: ForwardScalar>(
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(ForwardError) -> [NetValue<S>] {
    _ = try outputShapes(inputs.map(\.shape))
    let inner = inputs[0].shape[2...].product
    return [inputs[0].mapped(perChannel: blobs[0].values, inner: inner) { $0 > 0 ? $0 : $1 * $0 }]
  }
}
