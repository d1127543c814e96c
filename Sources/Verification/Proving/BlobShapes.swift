import CaffeIO
import Diagnostics
import Layers
import RuleModel
import Rules

/// Which blobs a layer has, by its type, its parameters and its bottoms.
struct BlobShapes {
  let layouts: [BlobLayout]

  /// The blobs of a layer; decisions are named after it.
  ///
  /// - Throws: `LayerError` for parameters that cannot be read, `InvalidInstance` for those that contradict the
  ///   bottoms.
  func blobs(
    of layer: WrittenLayer, bottoms: [[Int]], _ choices: inout Choices
  ) throws -> [BlobSpecification] {
    let name = layer.subject.name
    switch layer.subject.type {
    case "Convolution", "ConvolutionDepthwise", "DepthwiseConvolution", "Deconvolution":
      return try convolution(layer, bottoms, &choices)
    case "InnerProduct": return try innerProduct(layer, bottoms, &choices)
    case "Scale": return try operand(layer, "scale_param", .factor, bottoms)
    case "Bias": return try operand(layer, "bias_param", .shift, bottoms)
    case "PReLU":
      let isShared = try layer.boolean("prelu_param", "channel_shared", default: false)
      return [BlobSpecification(shape: isShared ? [1] : [try channels(bottoms)], role: .factor)]
    case "Normalize":
      let isShared = try layer.boolean("norm_param", "channel_shared", default: true)
      return [BlobSpecification(shape: isShared ? [1] : [try channels(bottoms)], role: .factor)]
    case let type:
      let fitting = layouts.filter { $0.types.accepts(type) && !$0.roles.isEmpty }
      guard !fitting.isEmpty else { return [] }
      let layout = choices.pick("\(name).layout", fitting)
      let count = try channels(bottoms)
      return layout.roles.enumerated().map { index, role in
        // A number that nobody reads may be one for each channel or a single one.
        let isSingle =
          role == .factor
          || (role == .ignored && !choices.happens("\(name).blobs[\(index)] per channel", oneIn: 3))
        return BlobSpecification(shape: [isSingle ? 1 : count], role: BlobRole(role))
      }
    }
  }

  private func channels(_ bottoms: [[Int]]) throws(InvalidInstance) -> Int {
    guard let shape = bottoms.first, shape.count >= 2 else { throw InvalidInstance.shapes }
    return shape[1]
  }

  private func convolution(
    _ layer: WrittenLayer, _ bottoms: [[Int]], _ choices: inout Choices
  ) throws -> [BlobSpecification] {
    let message = "convolution_param"
    let inputs = try channels(bottoms)
    let outputs = try layer.integer(message, "num_output", default: 0)
    let isDepthwise = layer.subject.type.hasPrefix("Depthwise") || layer.subject.type.hasSuffix("Depthwise")
    let group = isDepthwise ? inputs : try layer.integer(message, "group", default: 1)
    let spatial = bottoms[0].count - 2
    var kernel = try layer.integers(message, "kernel_size")
    if layer.has(message, "kernel_h") || layer.has(message, "kernel_w") {
      kernel = [
        try layer.integer(message, "kernel_h", default: 1),
        try layer.integer(message, "kernel_w", default: 1),
      ]
    }
    if kernel.count == 1 { kernel = Array(repeating: kernel[0], count: spatial) }
    guard outputs > 0, group > 0, inputs % group == 0, outputs % group == 0, kernel.count == spatial,
      kernel.allSatisfy({ $0 > 0 })
    else { throw InvalidInstance.shapes }
    let isTransposed = layer.subject.type == "Deconvolution"
    let sides = isTransposed ? [inputs, outputs / group] : [outputs, inputs / group]
    let hasBias = try layer.boolean(message, "bias_term", default: true)
    return linear(
      weights: sides + kernel, isMatrix: false, outputs: hasBias ? outputs : nil, layer.subject.name, &choices
    )
  }

  private func innerProduct(
    _ layer: WrittenLayer, _ bottoms: [[Int]], _ choices: inout Choices
  ) throws -> [BlobSpecification] {
    let message = "inner_product_param"
    let outputs = try layer.integer(message, "num_output", default: 0)
    let rank = bottoms.first?.count ?? 0
    var axis = try layer.integer(message, "axis", default: 1)
    if axis < 0 { axis += rank }
    guard outputs > 0, (0...rank).contains(axis) else { throw InvalidInstance.shapes }
    let inputs = bottoms[0][axis...].product
    let isTransposed = try layer.boolean(message, "transpose", default: false)
    let hasBias = try layer.boolean(message, "bias_term", default: true)
    return linear(
      weights: isTransposed ? [inputs, outputs] : [outputs, inputs], isMatrix: true,
      outputs: hasBias ? outputs : nil,
      layer.subject.name, &choices)
  }

  /// Weights and bias, in one of eight nets under the four dimensions of old files.
  private func linear(
    weights: [Int], isMatrix: Bool, outputs: Int?, _ name: Name, _ choices: inout Choices
  ) -> [BlobSpecification] {
    let isLegacy = (weights.count == 4 || isMatrix) && choices.happens("\(name).legacy shapes", oneIn: 8)
    func shape(_ sizes: [Int]) -> [Int] {
      isLegacy ? Array(repeating: 1, count: 4 - sizes.count) + sizes : sizes
    }
    return [BlobSpecification(shape: shape(weights), role: .weight)]
      + (outputs.map { [BlobSpecification(shape: shape([$0]), role: .shift)] } ?? [])
  }

  /// The parameters of a Scale or Bias; with a second bottom that takes the place of the first of them.
  private func operand(
    _ layer: WrittenLayer, _ message: String, _ role: BlobRole, _ bottoms: [[Int]]
  ) throws -> [BlobSpecification] {
    guard let bottom = bottoms.first else { throw InvalidInstance.shapes }
    var axis = try layer.integer(message, "axis", default: 1)
    if axis < 0 { axis += bottom.count }
    guard (0...bottom.count).contains(axis) else { throw InvalidInstance.shapes }
    var count = try layer.integer(message, "num_axes", default: 1)
    if count < 0 { count = bottom.count - axis }
    guard axis + count <= bottom.count else { throw InvalidInstance.shapes }
    let shape = bottoms.count > 1 ? bottoms[1] : Array(bottom[axis..<axis + count])
    var blobs = bottoms.count > 1 ? [] : [BlobSpecification(shape: shape, role: role)]
    if message == "scale_param", try layer.boolean(message, "bias_term", default: false) {
      blobs.append(BlobSpecification(shape: shape, role: .shift))
    }
    return blobs
  }
}

extension BlobRole {
  init(_ role: BlobLayout.Role) {
    self =
      switch role {
      case .gamma: .factor
      case .beta, .mean: .shift
      case .variance: .variance
      case .factor: .divisor
      case .ignored: .weight
      }
  }
}
