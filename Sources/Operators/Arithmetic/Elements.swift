import Threads

/// Functions of single elements, applied to whole tensors.
enum Elements {
  /// Each number through a function; `cost` is the number of elementary operations of one call.
  @inline(__always)
  static func map<A, R>(_ values: [A], cost: Int = 2, _ function: (A) -> R) -> [R] {
    Array(unsafeUninitializedCapacity: values.count) { target, count in
      count = values.count
      guard count > 0, let target = target.baseAddress else { return }
      let total = count
      values.withUnsafeBufferPointer { source in
        let source = source.baseAddress!
        let chunk = BroadcastPlan.chunk
        Parallel.forEach((total + chunk - 1) / chunk, work: total * cost) { piece in
          for index in piece * chunk..<min(total, (piece + 1) * chunk) {
            (target + index).initialize(to: function(source[index]))
          }
        }
      }
    }
  }

  /// The numbers of two operands through a function, broadcast as the plan says.
  @inline(__always)
  static func map<A, B, R>(
    _ a: [A], _ b: [B], _ plan: BroadcastPlan, cost: Int = 2, _ function: (A, B) -> R
  ) -> [R] {
    Array(unsafeUninitializedCapacity: plan.count) { target, count in
      count = plan.count
      guard count > 0, let target = target.baseAddress else { return }
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          let (a, b) = (a.baseAddress!, b.baseAddress!)
          let (stepA, stepB) = (plan.step(0), plan.step(1))
          plan.forEachRun(cost: cost) { start, startA, startB, _, length in
            let (target, a, b) = (target + start, a + startA, b + startB)
            switch (stepA, stepB) {
            case (1, 1):
              for index in 0..<length { (target + index).initialize(to: function(a[index], b[index])) }
            case (1, 0):
              let number = b[0]
              for index in 0..<length { (target + index).initialize(to: function(a[index], number)) }
            case (0, 1):
              let number = a[0]
              for index in 0..<length { (target + index).initialize(to: function(number, b[index])) }
            default:
              for index in 0..<length {
                (target + index).initialize(to: function(a[index * stepA], b[index * stepB]))
              }
            }
          }
        }
      }
    }
  }
}
