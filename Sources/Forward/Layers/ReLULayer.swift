/// ReLU: x for x > 0, else `negative_slope`·x.
struct ReLULayer: ForwardLayer {
  let slope: Double

  init(_ description: LayerDescription) throws(ForwardError) {
    try description.require()
    slope = try description.number("relu_param", "negative_slope", default: 0)
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: ForwardScalar>(_ inputs: [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let slope = S(slope)
    // max and min as Caffe has them: NaN behaves the same way.
    return [inputs[0].mapped { max($0, 0) + slope * min($0, 0) }]
  }
}
