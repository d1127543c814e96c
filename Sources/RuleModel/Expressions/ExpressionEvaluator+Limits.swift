import Tensors

/// What an evaluation may cost, counted before it is spent.
extension ExpressionEvaluator {
  /// Takes note of a tensor about to be made.
  mutating func spend(_ shape: [Int], at range: Range<Int>) throws(ExpressionError) {
    // Each size on its own too: behind a size of 0 any other would pass, and its sums could overflow.
    guard let count = Tensor.elementCount(of: shape), count <= limits.elements,
      shape.allSatisfy({ $0 <= limits.elements })
    else {
      throw ExpressionError(.tooManyElements(limit: limits.elements), at: range)
    }
    try hold(count, at: range)
  }

  /// Takes note of a list about to be made; items of lists in it count.
  func spend(items: [ExpressionValue], at range: Range<Int>) throws(ExpressionError) {
    var left = limits.listItems
    guard ExpressionValue.list(items).takeItems(from: &left) else {
      throw ExpressionError(.tooManyItems(limit: limits.listItems), at: range)
    }
    try hold(limits.listItems - left, at: range)
  }

  private func hold(_ count: Int, at range: Range<Int>) throws(ExpressionError) {
    guard budget.holds(count, limits) else {
      throw ExpressionError(.tooManyElementsInAll(limit: budget.allowance(limits)), at: range)
    }
  }

  /// Takes note of a tensor about to be computed, all of it.
  func spendOperations(_ tensor: LazyTensor, at range: Range<Int>) throws(ExpressionError) {
    let (operations, overflow) = tensor.count.multipliedReportingOverflow(by: tensor.cost)
    try spendOperations(overflow ? Int.max : operations, at: range)
  }

  /// Takes note of as many operations on numbers.
  func spendOperations(_ count: Int, at range: Range<Int>) throws(ExpressionError) {
    guard budget.does(count, limits) else {
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

extension ExpressionValue {
  /// Takes the items of a list, and those of lists in it, from `left`; false where there are more.
  fileprivate func takeItems(from left: inout Int) -> Bool {
    guard case .list(let items) = self else { return true }
    left -= items.count
    return left >= 0 && items.allSatisfy { $0.takeItems(from: &left) }
  }
}
