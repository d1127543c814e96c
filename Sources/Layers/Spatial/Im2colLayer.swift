/// Im2col: the values of every window of a convolution, one channel of the top for each place of the window in each channel.
struct Im2colLayer: LayerDescription {
  static let facts = LayerFacts(
    "Im2col",
    parameters: [
      ParameterMessage(
        ConvolutionParameters.message, reads: ["axis"] + WindowFields.names,
        ignores: ConvolutionParameters.fieldsWithoutInfluence + ["num_output", "bias_term", "group"])
    ])

  private let layer: WrittenLayer
  private let axis: Int
  private let windows: WindowParameters

  init(_ layer: WrittenLayer) throws(LayerError) {
    self.layer = layer
    try layer.require()
    axis = try layer.integer(ConvolutionParameters.message, "axis", default: 1)
    windows = try WindowParameters(layer, message: ConvolutionParameters.message)
  }

  var window: WindowFields? { windows.fields }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let (axis, geometry) = try geometry(inputs[0])
    let channels = ([inputs[0][axis]] + geometry.kernel).saturatingProduct
    return [try layer.bounded(inputs[0][..<axis] + [channels] + geometry.output)]
  }

  private func geometry(_ shape: [Int]) throws(LayerError) -> (axis: Int, WindowGeometry) {
    let axis = try layer.axis(axis, "\(ConvolutionParameters.message).axis", of: shape)
    return (axis, try windows.geometry(Array(shape[(axis + 1)...])))
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shape = try outputShapes([input.shape])[0]
    let geometry = try geometry(input.shape).1
    guard !geometry.input.isEmpty else { return [NetValue(shape: shape, values: input.values)] }
    let (plane, count, taps) = (geometry.input.product, geometry.output.product, geometry.tapCount)
    let columns = WindowColumns<S>(geometry, columns: 0..<count)
    return [
      NetValue(shape: shape) { output in
        input.read { source in
          for channel in 0..<(plane == 0 ? 0 : input.values.count / plane) {
            for tap in 0..<taps {
              columns.fill(
                output + (channel * taps + tap) * count, channel: source + channel * plane, tap: tap)
            }
          }
        }
      }
    ]
  }
}
