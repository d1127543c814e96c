/// Axes in another order, from the SSD fork: top axis i is bottom axis `order[i]`; axes not named follow in order.
struct PermuteLayer: LayerDescription {
  static let facts = LayerFacts(
    "Permute", parameters: [ParameterMessage("permute_param", reads: ["order"])],
    sample: LayerSample { sketch in
      var rest = Array((sketch.bottoms.first ?? []).indices)
      var order: [Int] = []
      while !rest.isEmpty {
        order.append(rest.remove(at: sketch.choose("order.\(order.count)", below: rest.count)))
      }
      sketch.set("permute_param", "order", order)
    })

  private let layer: WrittenLayer
  private let order: [Int]

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    order = try layer.integers("permute_param", "order")
    if Set(order).count < order.count {
      let text = order.map(\.description).joined(separator: " ")
      throw layer.error(.parameter(field: "permute_param.order", found: text, expected: .distinct))
    }
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let axes = try completed(for: inputs[0])
    return [axes.map { inputs[0][$0] }]
  }

  /// The order with all axes of a shape.
  private func completed(for shape: [Int]) throws(LayerError) -> [Int] {
    for axis in order {
      guard shape.indices.contains(axis) else {
        throw layer.error(.axis(field: "permute_param.order", value: axis, shape: shape))
      }
    }
    return order + shape.indices.filter { !order.contains($0) }
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    [order.count > 1 && order[1] == 1 || order.isEmpty ? bottoms.first ?? nil : nil]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let axes = try completed(for: input.shape)
    let shape = axes.map { input.shape[$0] }
    let strides = axes.map { input.shape[($0 + 1)...].product }
    guard let row = shape.last, row > 0 else { return [NetValue(shape: shape, values: input.values)] }
    let stride = strides[strides.count - 1]
    return [
      NetValue(written: shape) { output in
        input.read { source in
          // An odometer over all axes but the last, which is one strided run.
          var position = [Int](repeating: 0, count: shape.count - 1)
          var from = 0
          for start in Swift.stride(from: 0, to: input.values.count, by: row) {
            for i in 0..<row { output[start + i] = source[from + i * stride] }
            for axis in position.indices.reversed() {
              position[axis] += 1
              from += strides[axis]
              if position[axis] < shape[axis] { break }
              from -= strides[axis] * shape[axis]
              position[axis] = 0
            }
          }
        }
      }
    ]
  }
}
