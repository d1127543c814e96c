/// DummyData: tops of given shapes, filled as the layer says. Like Input it has no values of its own here; without given ones its
/// tops are zeros.
///
/// A shape is a `shape` or, in the old form, `num`, `channels`, `height` and `width`; a single one serves all tops.
struct DummyDataLayer: LayerDescription {
  static let facts = LayerFacts(
    "DummyData", bottoms: 0...0, tops: 1...Int.max,
    parameters: [
      ParameterMessage(
        "dummy_data_param", reads: ["shape", "num", "channels", "height", "width"], ignores: ["data_filler"])
    ])

  private let shapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require(bottoms: 0...0, tops: 1...Int.max)
    let message = "dummy_data_param"
    var shapes = try description.integerLists(message, "shape", field: "dim")
    var sizes: [[Int]] = []
    for field in ["num", "channels", "height", "width"] {
      sizes.append(try description.integers(message, field))
    }
    if !shapes.isEmpty, sizes.contains(where: { !$0.isEmpty }) {
      throw description.error(.bothGiven("\(message).shape", "\(message).num"))
    }
    if shapes.isEmpty {
      let count = sizes[0].count
      if let place = sizes.firstIndex(where: { $0.count != count }) {
        throw description.error(
          .parameter(
            field: "\(message).\(["num", "channels", "height", "width"][place])",
            found: "\(sizes[place].count) values", expected: .count(count...count)))
      }
      shapes = (0..<count).map { place in sizes.map { $0[place] } }
    }
    self.shapes = try description.spread(shapes, field: "\(message).shape")
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { shapes }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    shapes.map { NetValue(shape: $0) }
  }
}

extension WrittenLayer {
  /// A shape for each top of a layer without bottoms: as many as there are tops, or one for all.
  func spread(_ shapes: [[Int]], field: String) throws(LayerError) -> [[Int]] {
    guard shapes.count == 1 || shapes.count == topCount else {
      throw error(
        shapes.isEmpty
          ? .missingParameter(field: field)
          : .parameter(
            field: field, found: "\(shapes.count) shapes", expected: .count(topCount...topCount)))
    }
    for shape in shapes { try limits.check(shape, of: subject) }
    return shapes.count == 1 ? Array(repeating: shapes[0], count: topCount) : shapes
  }
}
