/// Scale: y = x·γ (+ β), γ a parameter or the second bottom, spread over the axes that it does not have.
///
/// Blobs are [γ, β] as far as they are parameters and `bias_term` is on.
struct ScaleLayer: LayerDescription {
  static let facts = LayerFacts(
    "Scale", bottoms: 1...2,
    parameters: [
      BroadcastOperand.fields(of: "scale_param", reads: ["bias_term"], ignores: ["bias_filler"])
    ],
    keepsShape: true, blobs: .scale, bias: BiasField(in: "scale_param", default: false),
    sample: LayerSample(bottoms: 1...2, secondBottom: .operand(message: "scale_param")) {
      BroadcastOperand.draw("scale_param", &$0)
      $0.set("scale_param", "bias_term", oneOf: [nil, "true", "false"])
    })

  private let subject: LayerSubject
  private let operand: BroadcastOperand
  private let hasBias: Bool
  private let blobShapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    subject = description.subject
    operand = try BroadcastOperand(description, message: "scale_param")
    hasBias = try description.boolean("scale_param", "bias_term", default: false)
    blobShapes = description.blobShapes
    let count = (operand.isBottom ? 0 : 1) + (hasBias ? 1 : 0)
    try description.require(bottoms: 1...2, blobs: count...count)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    _ = try inner(inputs)
    return [inputs[0]]
  }

  private func inner(_ inputs: [[Int]]) throws(LayerError) -> Int {
    let inner = try operand.inner(inputs, blob: blobShapes.first)
    if hasBias, let first = blobShapes.first {
      let count = operand.isBottom ? inputs[1].product : first.saturatingProduct
      try Blobs.check(blobShapes, blobShapes.count - 1, count: count, subject)
    }
    return inner
  }

  var isTrained: Bool { !operand.isBottom || hasBias }

  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] {
    let shape = try operand.shape(bottoms)
    return (operand.isBottom ? [] : [BlobDescription(shape: shape, role: .factor)])
      + (hasBias ? [BlobDescription(shape: shape, role: .shift)] : [])
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let inner = try inner(inputs.map(\.shape))
    let factors = operand.isBottom ? inputs[1].values : blobs[0].values
    let shifts = hasBias ? blobs[blobs.count - 1].values : [S](repeating: 0, count: factors.count)
    return [inputs[0].scaled(by: factors, shifts: shifts, inner: inner)]
  }
}
