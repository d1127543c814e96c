/// The elements offset + Σ index·stride of a tensor, in row-major order of a shape: a transposition, a slice, a
/// repetition.
struct StridedView: ElementMove {
  /// Where the first element stands.
  var offset = 0
  /// The shape of the result, within the limits.
  let shape: [Int]
  /// The distance of two elements along each axis; 0 repeats, negative ones go backwards.
  let strides: [Int]

  func move<T: OperatorElement>(_ inputs: [[T]]) -> [T] {
    let plan = BroadcastPlan(shape: shape, strides: [strides])
    return Array(unsafeUninitializedCapacity: plan.count) { target, count in
      count = plan.count
      guard count > 0, let target = target.baseAddress else { return }
      inputs[0].withUnsafeBufferPointer { source in
        let source = source.baseAddress! + offset
        let step = plan.step(0)
        plan.forEachRun(cost: 1) { start, place, _, _, length in
          let (target, source) = (target + start, source + place)
          if step == 1 {
            target.initialize(from: source, count: length)
          } else {
            for index in 0..<length { (target + index).initialize(to: source[index * step]) }
          }
        }
      }
    }
  }
}
