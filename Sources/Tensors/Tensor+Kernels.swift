/// The kernels of two convolutions, one behind the other, as one.
extension Tensor {
  /// The sizes of the kernels that `outer` `[O, M, …]` behind `inner` `[M, I, …]` make: `[O, I, …]`; nil where the
  /// channels or the numbers of axes do not fit together, and where a size exceeds the largest Int.
  ///
  /// Along each spatial axis the size is `(outer − 1)·stride + inner`.
  package static func convolvedShape(_ outer: [Int], _ inner: [Int], stride: Int) -> [Int]? {
    guard outer.count == inner.count, outer.count >= 2, outer[1] == inner[0],
      outer.allSatisfy({ $0 > 0 }), inner.allSatisfy({ $0 > 0 })
    else { return nil }
    var shape = [outer[0], inner[1]]
    for (own, other) in zip(outer.dropFirst(2), inner.dropFirst(2)) {
      let reach = (own - 1).multipliedReportingOverflow(by: stride)
      let size = reach.partialValue.addingReportingOverflow(other)
      guard !reach.overflow, !size.overflow else { return nil }
      shape.append(size.partialValue)
    }
    return shape
  }

  /// The kernels of one convolution that computes the same as `inner`, which moves by `stride`, and then `outer`:
  ///
  ///     W[o, i, u·stride + v] = Σₘ Σ outer[o, m, u] · inner[m, i, v]
  package static func convolved(_ outer: Tensor, _ inner: Tensor, stride: Int, shape: [Int]) -> Tensor {
    let (outs, middles, ins) = (outer.shape[0], outer.shape[1], inner.shape[1])
    let (outerPlaces, innerPlaces) = (places(outer.shape), places(inner.shape))
    let strides = Tensor.strides(of: Array(shape.dropFirst(2)))
    func offset(_ place: [Int], _ step: Int) -> Int {
      zip(place, strides).reduce(0) { $0 + $1.0 * step * $1.1 }
    }
    let (outerOffsets, innerOffsets) = (
      outerPlaces.map { offset($0, stride) }, innerPlaces.map { offset($0, 1) }
    )
    let size = shape.dropFirst(2).reduce(1, *)
    var result = [Double](repeating: 0, count: outs * ins * size)
    for out in 0..<outs {
      for middle in 0..<middles {
        for (u, outerOffset) in outerOffsets.enumerated() {
          let factor = outer.values[(out * middles + middle) * outerOffsets.count + u]
          if factor == 0 { continue }
          for input in 0..<ins {
            let target = (out * ins + input) * size + outerOffset
            let source = (middle * ins + input) * innerOffsets.count
            for (v, innerOffset) in innerOffsets.enumerated() {
              result[target + innerOffset] += factor * inner.values[source + v]
            }
          }
        }
      }
    }
    return Tensor(shape: shape, values: result)
  }

  /// The places of a kernel, the last axis fastest.
  private static func places(_ shape: [Int]) -> [[Int]] {
    shape.dropFirst(2).reduce([[]]) { places, size in
      places.flatMap { place in (0..<size).map { place + [$0] } }
    }
  }
}
