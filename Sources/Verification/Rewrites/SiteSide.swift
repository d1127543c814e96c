import CaffeIO
import Engine
import Forward

/// The layers of a site in one of the two nets, ready to run.
struct SiteSide {
  /// One layer.
  struct Step {
    let layer: any ForwardLayer
    let subject: LayerSubject
    let bottoms: [ValueID]
    let tops: [ValueID]
    let blobs: [BlobContent]
  }

  /// In order.
  let steps: [Step]

  /// The most values that blobs other than streamed weights, or what layers make, may have.
  static let limits: ForwardLimits = {
    var limits = ForwardLimits()
    limits.valueCount = 1 << 22
    return limits
  }()

  /// The shapes of all values when the inputs have these.
  func shapes(_ inputs: [ValueID: [Int]]) throws(ForwardError) -> [ValueID: [Int]] {
    var shapes = inputs
    for step in steps {
      var bottoms: [[Int]] = []
      for bottom in step.bottoms { bottoms.append(shapes[bottom]!) }
      let made = try step.layer.outputShapes(bottoms)
      for shape in made { try Self.limits.check(shape, of: step.subject) }
      for (top, shape) in zip(step.tops, made) { shapes[top] = shape }
    }
    return shapes
  }

  /// All values, from those of the inputs.
  ///
  /// Weights of linear layers are read in chunks; `observing` is shown those of each layer.
  func run(
    _ inputs: [ValueID: NetValue<Double>], _ evaluator: BlobEvaluator,
    observing: (Step, Int, UnsafeBufferPointer<Double>) -> Void = { _, _, _ in }
  ) throws -> [ValueID: NetValue<Double>] {
    var values = inputs
    for step in steps {
      let made = try run(step, step.bottoms.map { values[$0]! }, evaluator, observing)
      for (top, value) in zip(step.tops, made) { values[top] = value }
    }
    return values
  }

  private func run(
    _ step: Step, _ bottoms: [NetValue<Double>], _ evaluator: BlobEvaluator,
    _ observing: (Step, Int, UnsafeBufferPointer<Double>) -> Void
  ) throws -> [NetValue<Double>] {
    func subject(_ index: Int) -> WireSubject {
      .blob(index: index, layerIndex: 0, layerName: step.subject.name)
    }
    guard let layer = step.layer as? any WeightStreaming else {
      var blobs: [NetValue<Double>] = []
      for (index, blob) in step.blobs.enumerated() {
        try Self.limits.check(blob.shape, of: step.subject)
        let values = try evaluator.values(of: blob, subject: subject(index))
        if index == 0 { values.withUnsafeBufferPointer { observing(step, 0, $0) } }
        blobs.append(NetValue(shape: blob.shape, values: values))
      }
      return try Double.run(step.layer, bottoms, blobs: blobs)
    }
    // The layer was made for these blobs: their numbers of values have been checked.
    var products: [any WeightProduct] = []
    for bottom in bottoms { products.append(try layer.product(with: bottom)) }
    try evaluator.forEachChunk(of: step.blobs[0], subject: subject(0)) { first, weights in
      for product in products { product.add(weights, from: first) }
      observing(step, first, weights)
    }
    let bias =
      step.blobs.count > 1 ? try evaluator.values(of: step.blobs[1], subject: subject(1)) : nil
    return products.map { $0.top(bias: bias) }
  }
}
