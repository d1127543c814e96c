/// Reads bottoms that nobody else reads, and makes nothing.
struct SilenceLayer: ForwardLayer {
  init(_ description: LayerDescription) throws(ForwardError) {
    try description.require(bottoms: 1...Int.max, tops: 0...0)
  }

  func outputShapes(_ inputs: [[Int]]) throws(ForwardError) -> [[Int]] { [] }

  func run<S: ForwardScalar>(
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(ForwardError) -> [NetValue<S>] { [] }
}
