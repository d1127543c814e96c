/// PReLU: y = max(x, 0) + slope[c]·min(x, 0), channels on axis 1; one slope for all with `channel_shared`.
struct PReLULayer: LayerDescription {
  static let facts = LayerFacts(
    "PReLU",
    parameters: [ParameterMessage("prelu_param", reads: ["channel_shared"], ignores: ["filler"])],
    keepsShape: true, blobs: .factors,
    sample: LayerSample { $0.set("prelu_param", "channel_shared", oneOf: [nil, "true"]) })

  private let subject: LayerSubject
  private let isShared: Bool
  private let blobShapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require(blobs: 1...1)
    subject = description.subject
    isShared = try description.boolean("prelu_param", "channel_shared", default: false)
    blobShapes = description.blobShapes
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    guard inputs[0].count >= 2 else {
      throw LayerError(subject, .inputRank(index: 0, expected: 2...Int.max, found: inputs[0]))
    }
    try Blobs.check(blobShapes, 0, count: isShared ? 1 : inputs[0][1], subject)
    return inputs
  }

  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] {
    [BlobDescription(shape: isShared ? [1] : [try Axis.channels(of: bottoms[0], subject)], role: .factor)]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    _ = try outputShapes(inputs.map(\.shape))
    let inner = inputs[0].shape[2...].product
    let slopes = blobs[0].values
    return [
      inputs[0].rows(channels: slopes.count, inner: inner) {
        S.rectify($0, slope: slopes[$3], into: $1, count: $2)
      }
    ]
  }
}
