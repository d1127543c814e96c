/// Bottoms one after the other along `axis`, or along `concat_dim` of old nets.
struct ConcatLayer: LayerDescription {
  static let facts = LayerFacts(
    "Concat", bottoms: 1...Int.max,
    parameters: [ParameterMessage("concat_param", reads: ["axis", "concat_dim"], ignores: ["engine"])],
    sample: LayerSample(bottoms: 1...3) { $0.set("concat_param", "axis", oneOf: [nil, "1", "0", "-1"]) })

  private let layer: WrittenLayer
  private let field: String
  private let axis: Int

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require(bottoms: 1...Int.max)
    (axis, field) = try layer.axis(in: "concat_param", orLegacy: "concat_dim")
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let axis = try layer.axis(axis, field, of: inputs[0])
    var shape = inputs[0]
    for (index, input) in inputs.enumerated().dropFirst() {
      var expected = inputs[0]
      if input.count == expected.count { expected[axis] = input[axis] }
      try layer.require(input, bottom: index, like: expected)
      shape[axis] += input[axis]
    }
    return [shape]
  }

  var joinedAxis: Int? { axis }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    // A negative axis may be that of the channels.
    guard axis == 1 else { return [axis < 0 ? nil : bottoms.first ?? nil] }
    var sum: Int? = 0
    for bottom in bottoms {
      sum = sum.flatMap { sum in
        bottom.flatMap { count in
          let (total, overflow) = sum.addingReportingOverflow(count)
          return overflow ? nil : total
        }
      }
    }
    return [sum]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShapes(inputs.map(\.shape))[0]
    let axis = try layer.axis(axis, field, of: shape)
    let row = shape[axis...].product
    return [
      NetValue(written: shape) { output in
        var offset = 0
        for input in inputs {
          let length = input.shape[axis...].product
          input.read { source in
            for outer in 0..<shape[..<axis].product {
              (output + outer * row + offset).update(from: source + outer * length, count: length)
            }
          }
          offset += length
        }
      }
    ]
  }
}
