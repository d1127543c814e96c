/// Pooling over two spatial axes: MAX or AVE, by a window or over everything.
///
/// Windows may hang over the padded border on the right and below (the number of outputs is rounded up); a
/// last window that would begin beyond bottom and left padding is dropped. AVE divides by the window's size within the
/// padded bottom. A second top of MAX gives where each maximum lies in its plane.
struct PoolingLayer: LayerDescription {
  static let facts = LayerFacts(
    "Pooling", tops: 1...2,
    parameters: [
      ParameterMessage(
        "pooling_param",
        reads: ["pool", "global_pooling", "round_mode", "ceil_mode"] + WindowFields.poolingNames,
        ignores: ["engine"])
    ],
    sample: LayerSample { sketch in
      sketch.set("pooling_param", "pool", oneOf: [nil, "MAX", "AVE"])
      if sketch.happens("global_pooling", oneIn: 8) {
        sketch.parameters["pooling_param", "global_pooling"] = ["true"]
      } else {
        sketch.setSizes("pooling_param", "kernel_size", "kernel", from: 1, to: 3, default: nil)
        sketch.setSizes("pooling_param", "stride", "stride", from: 1, to: 2, default: 1)
        sketch.setSizes("pooling_param", "pad", "pad", from: 0, to: 1, default: 0)
      }
    })

  private let subject: LayerSubject
  private let isMaximum: Bool
  private let topCount: Int
  /// Nil for global pooling.
  private let poolingWindow: PoolingWindow?
  private let fields: WindowFields

  init(_ description: WrittenLayer) throws(LayerError) {
    subject = description.subject
    let method = try description.word(
      "pooling_param", "pool", among: ["MAX", "AVE", "STOCHASTIC"], default: "MAX")
    guard method != "STOCHASTIC" else {
      throw description.error(.unsupported(field: "pooling_param.pool", found: method))
    }
    isMaximum = method == "MAX"
    try description.require(tops: isMaximum ? 1...2 : 1...1)
    topCount = description.topCount
    let isGlobal = try description.boolean("pooling_param", "global_pooling", default: false)
    poolingWindow = isGlobal ? nil : try PoolingWindow(description)
    fields = try WindowFields(description, message: "pooling_param", isPooling: true)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    Array(repeating: try outputShape(inputs[0]), count: topCount)
  }

  private func outputShape(_ shape: [Int]) throws(LayerError) -> [Int] {
    guard shape.count == 4 else {
      throw LayerError(subject, .inputRank(index: 0, expected: 4...4, found: shape))
    }
    guard shape[2] > 0, shape[3] > 0 else {
      throw LayerError(subject, .windowTooLarge(window: [1, 1], input: Array(shape[2...])))
    }
    guard let window = poolingWindow else { return [shape[0], shape[1], 1, 1] }
    return [
      shape[0], shape[1], try window.count(axis: 0, size: shape[2], subject),
      try window.count(axis: 1, size: shape[3], subject),
    ]
  }

  var window: WindowFields? { fields }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    Array(repeating: bottoms.first ?? nil, count: topCount)
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShape(inputs[0].shape)
    let (height, width) = (inputs[0].shape[2], inputs[0].shape[3])
    let rows = poolingWindow?.spans(axis: 0, size: height, count: shape[2]) ?? .init(whole: height)
    let columns = poolingWindow?.spans(axis: 1, size: width, count: shape[3]) ?? .init(whole: width)
    let pooled = PoolingKernel.pool(
      inputs[0], rows: rows, columns: columns, isMaximum: isMaximum, givesPlaces: topCount > 1)
    return pooled.places.map { [pooled.value, $0] } ?? [pooled.value]
  }
}
