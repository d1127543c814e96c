import Diagnostics
import Tensors

/// Why an operator cannot be run.
package struct OperatorError: DiagnosticError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// A name that the registry does not have.
    case unknownOperator
    /// A version of the operator set whose semantics is not known.
    case opset(Int, known: ClosedRange<Int>)
    /// An attribute that the operator does not have.
    case unknownAttribute(String, known: [String])
    /// An attribute that other versions of the operator set have.
    case attributeOpset(String, Int, known: ClosedRange<Int>)
    /// An attribute that the operator cannot do without.
    case missingAttribute(String)
    /// An attribute of another kind.
    case attributeKind(String, expected: OperatorAttributeKind, found: OperatorAttributeKind)
    /// A word that the attribute does not take.
    case attributeWord(String, expected: [String], found: String)
    /// A value that the attribute does not take; `expected` is a phrase.
    case attribute(String, expected: String, found: String)
    /// A number of inputs that the operator does not take.
    case inputCount(expected: ClosedRange<Int>, found: Int)
    /// An input that the operator cannot do without.
    case missingInput(String)
    /// A number of outputs that the operator does not have.
    case outputCount(expected: ClosedRange<Int>, found: Int)
    /// An element type that the input does not take.
    case elementType(input: String, expected: [OperatorElementType], found: OperatorElementType)
    /// Two inputs that must have one element type.
    case mixedTypes(String, OperatorElementType, other: String, OperatorElementType)
    /// An input with too many axes.
    case rank(input: String, Int, limit: Int)
    /// A shape, or numbers, that the input cannot have; `expected` is a phrase.
    case input(String, expected: String, found: String)
    /// Shapes that cannot be broadcast to each other.
    case broadcast([[Int]])
    /// An axis that is not there.
    case axis(Int, rank: Int)
    /// An index that is not there.
    case index(Int, size: Int)
    /// A whole number divided by zero.
    case divisionByZero
    /// An output that no tensor can be.
    case output(ShapeError)
    /// Numbers that are needed at a time while the operator runs.
    case memory(limit: Int)
    /// Multiplications that would take too long.
    case multiplications(limit: Int)
    /// Pairs of boxes whose comparison would take too long.
    case boxPairs(limit: Int)
  }

  /// The operator's name; nil until the registry has filled it in.
  package private(set) var operatorName: String?
  /// The facts.
  package let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  /// The same error with the operator's name.
  func named(_ name: String) -> OperatorError {
    var error = self
    error.operatorName = name
    return error
  }
}
