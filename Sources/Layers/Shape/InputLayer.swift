/// Input: the net's inputs. It has no values of its own; without given ones its tops are zeros, as Caffe's
/// blobs are.
struct InputLayer: LayerDescription {
  static let facts = LayerFacts(
    "Input", bottoms: 0...0, tops: 1...Int.max,
    parameters: [ParameterMessage("input_param", reads: ["shape"])])

  private let shapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require(bottoms: 0...0, tops: 1...Int.max)
    let shapes = try description.integerLists("input_param", "shape", field: "dim")
    guard shapes.count == 1 || shapes.count == description.topCount else {
      throw description.error(
        shapes.isEmpty
          ? .missingParameter(field: "input_param.shape")
          : .parameter(
            field: "input_param.shape", found: "\(shapes.count) shapes",
            expected: .count(description.topCount...description.topCount)))
    }
    for shape in shapes { try description.limits.check(shape, of: description.subject) }
    // One shape serves all tops.
    self.shapes = shapes.count == 1 ? Array(repeating: shapes[0], count: description.topCount) : shapes
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { shapes }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    shapes.map { $0.count > 1 ? $0[1] : nil }
  }

  func run<S: NetScalar>(_ inputs: [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    shapes.map { NetValue(shape: $0) }
  }
}
