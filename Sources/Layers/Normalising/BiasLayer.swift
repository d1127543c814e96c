/// Bias: y = x + β, β a parameter or the second bottom, spread over the axes that it does not have.
struct BiasLayer: LayerDescription {
  static let facts = LayerFacts(
    "Bias", bottoms: 1...2, parameters: [BroadcastOperand.fields(of: "bias_param")], keepsShape: true,
    blobs: .shift,
    sample: LayerSample(bottoms: 1...2, secondBottom: .operand(message: "bias_param")) {
      BroadcastOperand.draw("bias_param", &$0)
    })

  private let operand: BroadcastOperand
  private let blobShapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    operand = try BroadcastOperand(description, message: "bias_param")
    blobShapes = description.blobShapes
    try description.require(bottoms: 1...2, blobs: operand.isBottom ? 0...0 : 1...1)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    _ = try operand.inner(inputs, blob: blobShapes.first)
    return [inputs[0]]
  }

  var isTrained: Bool { !operand.isBottom }

  func multiplyAdds(_ bottoms: [[Int]]) -> Int { 0 }

  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] {
    operand.isBottom ? [] : [BlobDescription(shape: try operand.shape(bottoms), role: .shift)]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let inner = try operand.inner(inputs.map(\.shape), blob: blobShapes.first)
    let addends = operand.isBottom ? inputs[1].values : blobs[0].values
    let ones = [S](repeating: 1, count: addends.count)
    return [inputs[0].scaled(by: ones, shifts: addends, inner: inner)]
  }
}
