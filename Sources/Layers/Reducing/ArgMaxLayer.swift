/// The places of the `top_k` largest elements, along `axis` or, without one, of each whole image.
///
/// Shapes of the top for a bottom `[N, C, H, W]`: with `axis: 1` `[N, K, H, W]` of places, of values with
/// `out_max_val`; without an axis `[N, 1, K, 1]` of places, `[N, 2, K, 1]` of places then values with `out_max_val`.
/// Among equal elements the last comes first, as Caffe sorts pairs of value and place.
struct ArgMaxLayer: LayerDescription {
  static let facts = LayerFacts(
    "ArgMax", parameters: [ParameterMessage("argmax_param", reads: ["axis", "top_k", "out_max_val"])],
    sample: LayerSample { $0.set("argmax_param", "axis", oneOf: [nil, "1"]) })

  private let layer: WrittenLayer
  private let axis: Int?
  private let topK: Int
  private let givesValues: Bool

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    axis =
      layer.has("argmax_param", "axis") ? try layer.integer("argmax_param", "axis", default: 0) : nil
    topK = try layer.integer("argmax_param", "top_k", default: 1)
    givesValues = try layer.boolean("argmax_param", "out_max_val", default: false)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let input = inputs[0]
    var shape = input
    if let axis {
      let axis = try layer.axis(axis, "argmax_param.axis", of: input)
      try layer.require("argmax_param.top_k", topK, from: 1, to: input[axis])
      shape[axis] = topK
    } else {
      try layer.require(rank: 1...Int.max, of: input)
      try layer.require("argmax_param.top_k", topK, from: 1, to: input[1...].product)
      shape = [Int](repeating: 1, count: max(3, input.count))
      shape[0] = input[0]
      shape[1] = givesValues ? 2 : 1
      shape[2] = topK
    }
    return [shape]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    guard let axis else { return [givesValues ? 2 : 1] }
    return [axis == 1 ? topK : axis < 0 ? nil : bottoms.first ?? nil]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shape = try outputShapes([input.shape])[0]
    let axis = try axis.map { axis throws(LayerError) in
      try layer.axis(axis, "argmax_param.axis", of: input.shape)
    }
    let outer = axis.map { input.shape[..<$0].product } ?? input.shape[0]
    let inner = axis.map { input.shape[($0 + 1)...].product } ?? 1
    let length = axis.map { input.shape[$0] } ?? input.shape[1...].product
    return [
      NetValue(shape: shape) { output in
        input.read { source in
          for o in 0..<outer {
            for i in 0..<inner {
              let from = source + o * length * inner + i
              for (rank, place) in largest(from, count: length, stride: inner).enumerated() {
                if axis == nil, givesValues {
                  output[(2 * o) * topK + rank] = S(place)
                  output[(2 * o + 1) * topK + rank] = from[place]
                } else {
                  output[(o * topK + rank) * inner + i] = givesValues ? from[place * inner] : S(place)
                }
              }
            }
          }
        }
      }
    ]
  }

  /// The places of the largest elements, largest first.
  @inline(__always)
  private func largest<S: NetScalar>(_ from: UnsafePointer<S>, count: Int, stride: Int) -> [Int] {
    if topK == 1 {
      var best = 0
      for place in 0..<count where from[place * stride] >= from[best * stride] { best = place }
      return [best]
    }
    let order = (0..<count).sorted { a, b in
      let (x, y) = (from[a * stride], from[b * stride])
      return x > y || (x == y && a > b)
    }
    return Array(order.prefix(topK))
  }
}
