/// y = a · x + b with one a per image and channel (SENet): bottoms are a `[N, C, 1, 1]`, x and b.
struct AxpyLayer: LayerDescription {
  static let facts = LayerFacts("Axpy", bottoms: 3...3, sample: LayerSample(bottoms: 3...3))

  private let layer: WrittenLayer

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require(bottoms: 3...3)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try layer.require(rank: 2...Int.max, of: inputs[1], bottom: 1)
    let expected = inputs[1].prefix(2) + [Int](repeating: 1, count: max(0, inputs[0].count - 2))
    try layer.require(inputs[0], bottom: 0, like: Array(expected))
    try layer.require(inputs[2], bottom: 2, like: inputs[1])
    return [inputs[1]]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] { [bottoms.count > 1 ? bottoms[1] : nil] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShapes(inputs.map(\.shape))[0]
    let plane = shape[2...].product
    return [
      NetValue(shape: shape) { output in
        inputs[1].read { x in
          inputs[2].read { b in
            for (channel, a) in inputs[0].values.enumerated() {
              for i in channel * plane..<(channel + 1) * plane { output[i] = a * x[i] + b[i] }
            }
          }
        }
      }
    ]
  }
}
