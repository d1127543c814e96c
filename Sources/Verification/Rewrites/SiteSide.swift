import CaffeIO
import Engine
import Layers

/// The layers of a site in one of the two nets, ready to run.
struct SiteSide {
  /// One layer.
  struct Step {
    let id: LayerID
    let layer: any LayerDescription
    let subject: LayerSubject
    let bottoms: [ValueID]
    let tops: [ValueID]
    let blobs: [BlobContent]
    /// Numbers among its parameters.
    var numbers: [Double] = []
  }

  /// In order.
  let steps: [Step]

  /// The most values that blobs other than streamed weights, or what layers make, may have.
  static let limits: LayerLimits = {
    var limits = LayerLimits()
    limits.valueCount = 1 << 22
    return limits
  }()

  /// The shapes of all values when the inputs have these.
  func shapes(_ inputs: [ValueID: [Int]]) throws(LayerError) -> [ValueID: [Int]] {
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
}
