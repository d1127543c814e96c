import CaffeIO
import RuleModel
import Tensors

// Expressions that do nothing to a blob but multiply it, as `conv.blobs[0] * rows(s)` does. The blob is then scaled while
// it is copied: nothing of it is in memory, and folds that come later are multiplied in before anything is rounded.

extension MatchEnvironment {
  /// The factors by which an expression multiplies the blob of a layer, of that shape; nil for one that does something else,
  /// or whose factors differ along more than one axis.
  func scales(in expression: CheckedExpression, ofBlob index: Int, of layer: LayerID, shape: Shape)
    -> [ChannelScale]?
  {
    guard shape.allSatisfy({ $0 > 0 }), !shape.isEmpty,
      let factors = factors(in: expression.expression, ofBlob: index, of: layer), !factors.isEmpty
    else { return nil }
    var scales: [ChannelScale] = []
    for factor in factors {
      guard let scale = scale(by: factor, shape) else { return nil }
      scales.append(scale)
    }
    return scales
  }

  private enum Factor {
    case negation
    case times(Expression)
    case over(Expression)
  }

  /// Nil where the expression is not the blob times something.
  private func factors(in expression: Expression, ofBlob index: Int, of layer: LayerID) -> [Factor]? {
    switch expression.form {
    case .negation(let operand):
      return factors(in: operand, ofBlob: index, of: layer).map { $0 + [.negation] }
    case .binary(let operation, let left, let right):
      switch operation.kind {
      case .multiply:
        if let known = factors(in: left, ofBlob: index, of: layer) { return known + [.times(right)] }
        return factors(in: right, ofBlob: index, of: layer).map { $0 + [.times(left)] }
      case .divide: return factors(in: left, ofBlob: index, of: layer).map { $0 + [.over(right)] }
      default: return nil
      }
    case .index(let base, let position):
      guard case .member(let owner, let member) = base.form, member.text == "blobs",
        case .name(let capture) = owner.form, self.layer(of: capture) == layer,
        case .number(let number) = position.form, number == Double(index)
      else { return nil }
      return []
    case .name(let name):
      // What was found before an earlier step changed the blob is not the blob as it is now.
      return unsettled(name).flatMap { factors(in: $0.expression, ofBlob: index, of: layer) }
    default: return nil
    }
  }

  private func scale(by factor: Factor, _ shape: Shape) -> ChannelScale? {
    switch factor {
    case .negation: return scale(by: .number(-1), shape)
    case .times(let expression): return value(ofFactor: expression).flatMap { scale(by: $0, shape) }
    case .over(let expression):
      guard var scale = value(ofFactor: expression).flatMap({ scale(by: $0, shape) }) else { return nil }
      for channel in scale.factors.indices { scale.factors[channel] = 1 / scale.factors[channel] }
      return scale
    }
  }

  /// Nil where it has none: the whole expression is evaluated then, and says why.
  private func value(ofFactor expression: Expression) -> ExpressionValue? {
    try? ExpressionEvaluator(self).factor(of: expression)
  }

  /// A value that broadcasts to `shape` along one axis, or is the same everywhere, as factors of that axis.
  private func scale(by value: ExpressionValue, _ shape: Shape) -> ChannelScale? {
    func along(_ axis: Int, _ factors: [Double]) -> ChannelScale {
      ChannelScale(
        factors: factors, inner: shape[(axis + 1)...].product, modulus: shape[axis],
        rowsPerGroup: shape[..<axis].product)
    }
    switch value {
    case .aligned(let vector, let axis):
      guard axis < shape.count, vector.values.count == shape[axis] else { return nil }
      return along(axis, vector.values)
    default:
      guard let factors = value.lazyTensor, factors.shape.count <= shape.count else { return nil }
      let missing = shape.count - factors.shape.count
      let wide = factors.shape.indices.filter { factors.shape[$0] != 1 }
      // Looked at before it is held: factors of something else may be very many.
      guard wide.count <= 1, wide.allSatisfy({ factors.shape[$0] == shape[$0 + missing] }),
        let tensor = try? factors.held()
      else { return nil }
      guard let axis = wide.first else {
        return tensor.values.first.map { along(0, Array(repeating: $0, count: shape[0])) }
      }
      return along(axis + missing, tensor.values)
    }
  }
}
