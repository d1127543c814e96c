/// BatchReindex: image i of the top is the image of bottom 0 that number i of bottom 1 names.
struct BatchReindexLayer: LayerDescription {
  static let facts = LayerFacts("BatchReindex", bottoms: 2...2)

  private let layer: WrittenLayer

  init(_ layer: WrittenLayer) throws(LayerError) {
    self.layer = layer
    try layer.require(bottoms: 2...2)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try layer.require(rank: 1...Int.max, of: inputs[0])
    try layer.require(rank: 1...1, of: inputs[1], bottom: 1)
    return [try layer.bounded(inputs[1] + inputs[0].dropFirst())]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] { [bottoms.first ?? nil] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShapes(inputs.map(\.shape))[0]
    let (count, length) = (inputs[0].shape[0], shape.dropFirst().saturatingProduct)
    var values: [S] = []
    for index in inputs[1].values {
      guard index > -1, index < S(count) else {
        throw layer.error(.index(bottom: 1, found: Double(index), count: count))
      }
      values += inputs[0].values[Int(index) * length..<(Int(index) + 1) * length]
    }
    return [NetValue(shape: shape, values: values)]
  }
}
