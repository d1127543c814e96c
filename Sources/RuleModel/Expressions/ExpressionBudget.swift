/// What the evaluations for one match have used up, so that all of them together stay within the limits: every `let` of a rule,
/// its conditions and its steps.
package final class ExpressionBudget {
  /// The elements that are or were held.
  private(set) var elements = 0
  /// The operations on numbers that are not held.
  private(set) var operations = 0
  /// How many elements may be held besides `totalElements`, for the blobs that were read.
  private var credited = 0
  private var read: Set<Blob> = []

  private struct Blob: Hashable {
    var layer: Int
    var index: Int
  }

  /// Nothing is used up.
  package init() {}

  /// Takes note of a blob with so many elements: an expression may hold several tensors of its size.
  func credit(_ layer: LayerReference, _ index: Int, _ count: Int, _ limits: ExpressionLimits) {
    guard read.insert(Blob(layer: layer.id, index: index)).inserted else { return }
    let (credit, overflow) = count.multipliedReportingOverflow(by: limits.elementsPerBlobElement)
    credited = min(
      limits.mostElements, credited + (overflow ? limits.mostElements : min(credit, limits.mostElements)))
  }

  /// How many elements may be held in all.
  func allowance(_ limits: ExpressionLimits) -> Int {
    max(limits.totalElements, min(limits.mostElements, limits.totalElements + credited))
  }

  /// Whether so many more elements may be held.
  func holds(_ count: Int, _ limits: ExpressionLimits) -> Bool {
    elements += count
    return elements <= allowance(limits)
  }

  /// Whether so many more operations may be done.
  func does(_ count: Int, _ limits: ExpressionLimits) -> Bool {
    operations += min(count, limits.operations + 1)
    return operations <= limits.operations
  }
}
