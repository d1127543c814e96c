/// Input: the net's inputs. It has no values of its own; without given ones its tops are zeros, as Caffe's
/// blobs are.
struct InputLayer: LayerDescription {
  static let facts = LayerFacts(
    "Input", bottoms: 0...0, tops: 1...Int.max,
    parameters: [ParameterMessage("input_param", reads: ["shape"])])

  private let shapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require(bottoms: 0...0, tops: 1...Int.max)
    shapes = try description.spread(
      description.integerLists("input_param", "shape", field: "dim"), field: "input_param.shape")
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { shapes }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    shapes.map { $0.count > 1 ? $0[1] : nil }
  }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    shapes.map { NetValue(shape: $0) }
  }
}
