import Tensors

/// What an evaluation may cost, counted before it is spent.
extension ExpressionEvaluator {
  /// Takes note of a tensor about to be made, and of how many elements it has.
  @discardableResult
  mutating func spend(_ shape: [Int], at range: Range<Int>) throws(ExpressionError) -> Int {
    // Each size on its own too: behind a size of 0 any other would pass, and its sums could overflow.
    guard let count = Tensor.elementCount(of: shape), count <= limits.elements,
      shape.allSatisfy({ $0 <= limits.elements })
    else {
      throw ExpressionError(.tooManyElements(limit: limits.elements), at: range)
    }
    made += count
    guard made <= limits.totalElements else {
      throw ExpressionError(.tooManyElementsInAll(limit: limits.totalElements), at: range)
    }
    return count
  }

  /// Takes note of a tensor about to be computed, all of it.
  mutating func spendOperations(_ tensor: LazyTensor, at range: Range<Int>) throws(ExpressionError) {
    let (operations, overflow) = tensor.count.multipliedReportingOverflow(by: tensor.cost)
    done += overflow ? limits.operations + 1 : min(operations, limits.operations + 1)
    guard done <= limits.operations else {
      throw ExpressionError(.tooManyOperations(limit: limits.operations), at: range)
    }
  }

  /// Takes note of a tensor that will be held if it is small, and computed when its numbers are asked for if not.
  mutating func admit(_ shape: [Int], at range: Range<Int>) throws(ExpressionError) {
    guard let count = Tensor.elementCount(of: shape), count > limits.heldElements else {
      try spend(shape, at: range)
      return
    }
    guard count <= limits.lazyElements, shape.allSatisfy({ $0 <= limits.lazyElements }) else {
      throw ExpressionError(.tooManyElements(limit: limits.lazyElements), at: range)
    }
  }
}
