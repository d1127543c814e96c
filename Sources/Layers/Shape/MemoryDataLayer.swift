/// MemoryData: images `[batch_size, channels, height, width]` that a program hands over, and their labels `[batch_size]`. Like
/// Input it has no values of its own here; without given ones its tops are zeros.
struct MemoryDataLayer: LayerDescription {
  static let facts = LayerFacts(
    "MemoryData", bottoms: 0...0, tops: 1...2,
    parameters: [
      ParameterMessage("memory_data_param", reads: ["batch_size", "channels", "height", "width"])
    ])

  private let shapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    // Caffe wants both tops; definitions cut down for inference have the images alone.
    try description.require(bottoms: 0...0, tops: 1...2)
    let message = "memory_data_param"
    var shape: [Int] = []
    for field in ["batch_size", "channels", "height", "width"] {
      try description.requireWritten(message, field)
      shape.append(try description.integer(message, field, default: 0))
      try description.require("\(message).\(field)", shape[shape.count - 1], from: 1)
    }
    try description.limits.check(shape, of: description.subject)
    shapes = Array([shape, [shape[0]]].prefix(description.topCount))
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { shapes }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    shapes.map { NetValue(shape: $0) }
  }
}
