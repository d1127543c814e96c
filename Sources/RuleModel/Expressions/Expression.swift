/// An expression of the rule language as a tree; every node knows its bytes in the text.
///
/// ```
/// expression  = or
/// or          = and { ("or" | "||") and }
/// and         = not { ("and" | "&&") not }
/// not         = ("not" | "!") not | comparison
/// comparison  = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not" "in") sum ]
/// sum         = product { ("+" | "-") product }
/// product     = negation { ("*" | "/" | "%") negation }
/// negation    = "-" negation | power
/// power       = postfix [ "**" negation ]
/// postfix     = primary { "." name | "[" expression "]" | "[" [expression] ":" [expression] "]" }
/// primary     = number | string | "true" | "false" | name | name "(" [arguments] ")"
///             | "[" [expression { "," expression }] "]" | "(" expression ")"
///             | "[" expression "for" name "in" expression ["if" expression] "]"
/// arguments   = argument { "," argument }        argument = [name "="] expression
/// ```
package struct Expression: Sendable {
  /// What a node is.
  package indirect enum Form: Sendable {
    case number(Double)
    case boolean(Bool)
    case string(String)
    case name(String)
    case list([Expression])
    /// `[x for name in list if condition]`.
    case comprehension(Expression, Identifier, in: Expression, condition: Expression?)
    case negation(Expression)
    case not(Expression)
    case binary(Operation, Expression, Expression)
    /// `x in list`, or `x not in list`.
    case membership(Expression, in: Expression, isNegated: Bool)
    case member(Expression, Identifier)
    case index(Expression, Expression)
    case slice(Expression, from: Expression?, to: Expression?)
    case call(Identifier, [Argument])
  }

  /// A word with its bytes in the text.
  package struct Identifier: Sendable {
    package var text: String
    package var range: Range<Int>
  }

  /// An operator with its bytes in the text, which is where its errors point.
  package struct Operation: Sendable {
    package var kind: BinaryOperator
    package var range: Range<Int>
  }

  /// An argument of a call, `x` or `axis=0`.
  package struct Argument: Sendable {
    package var keyword: Identifier?
    package var value: Expression
  }

  /// What the node is.
  package let form: Form
  /// The UTF-8 bytes of the text that the node covers.
  package let range: Range<Int>
  /// The levels of nodes below and including this one.
  let depth: Int

  init(_ form: Form, range: Range<Int>) {
    self.form = form
    self.range = range
    depth = 1 + (form.children.map(\.depth).max() ?? 0)
  }

  /// The whole number that the node spells, `3` or `-1`.
  package var literalInteger: Int? {
    switch form {
    case .number(let value): Int(exactly: value)
    case .negation(let operand):
      if case .number(let value) = operand.form { Int(exactly: -value) } else { nil }
    default: nil
    }
  }

  /// The names the expression reads, captures, `let` names and parameters alike, in the order of the text.
  package var references: [Identifier] {
    if case .name(let text) = form { return [Identifier(text: text, range: range)] }
    return form.children.flatMap(\.references)
  }
}

extension Expression.Form {
  /// The nodes directly below, in the order of the text.
  package var children: [Expression] {
    switch self {
    case .number, .boolean, .string, .name: []
    case .list(let items): items
    case .comprehension(let item, _, let list, let condition): [item, list] + (condition.map { [$0] } ?? [])
    case .negation(let operand), .not(let operand), .member(let operand, _): [operand]
    case .binary(_, let left, let right), .index(let left, let right): [left, right]
    case .membership(let item, let list, _): [item, list]
    case .slice(let base, let from, let to): [base, from, to].compactMap { $0 }
    case .call(_, let arguments): arguments.map(\.value)
    }
  }
}

/// The operators with two operands, weakest first.
package enum BinaryOperator: String, Sendable, CaseIterable {
  case or
  case and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case power = "**"

  /// How tightly the operator binds; a higher number binds first.
  var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: Self.comparisonPrecedence
    case .add, .subtract: Self.comparisonPrecedence + 1
    case .multiply, .divide, .remainder: Self.negationPrecedence - 1
    case .power: Self.negationPrecedence + 1
    }
  }
  static let notPrecedence = 3
  static let comparisonPrecedence = 4
  static let negationPrecedence = 7

  var isComparison: Bool { precedence == Self.comparisonPrecedence }
}

/// How much of an expression is accepted, and what its evaluation may cost.
package struct ExpressionLimits: Sendable {
  /// The length of the text in UTF-8 bytes; 65,536 unless said otherwise.
  package var length: Int
  /// How deep the expression nests; 128 unless said otherwise.
  package var depth: Int
  /// The elements of one tensor or list in memory; 2²⁷ (1 GiB of Doubles) unless said otherwise.
  package var elements: Int
  /// A tensor with more elements is computed when its numbers are asked for; 4,096 unless said otherwise, which the vectors of
  /// most layers do not exceed and most weights do.
  package var heldElements: Int
  /// The elements of a tensor that is computed when its numbers are asked for; 2³⁰ unless said otherwise: no weights file,
  /// of 2 GiB at most, holds more.
  package var lazyElements: Int
  /// What takes more operations for one number is computed once and held; 64 unless said otherwise.
  package var lazyCost: Int
  /// The operations of the evaluations for one match on numbers that are not held: 2³⁴, about a minute, unless said otherwise.
  package var operations: Int
  /// The elements that the evaluations for one match hold in all, before `elementsPerBlobElement`; 2²⁶ (512 MiB of Doubles)
  /// unless said otherwise.
  package var totalElements: Int
  /// How many more elements may be held for each element of a blob that an expression reads; 4 unless said otherwise.
  package var elementsPerBlobElement: Int
  /// The elements that the evaluations for one match hold in all, whatever blobs they read; 2²⁹ unless said otherwise.
  package var mostElements: Int
  /// The items of one list, items of inner lists counted; 2¹⁶ unless said otherwise.
  package var listItems: Int
  /// The multiplications of one `matmul`; 2³² unless said otherwise.
  package var multiplications: Int
  /// The smaller size of a matrix squared, times the larger, in one `svd`; 2³⁰ unless said otherwise.
  package var factorisation: Int

  /// Makes limits; each has a default.
  package init(
    length: Int = 1 << 16, depth: Int = 128, elements: Int = 1 << 27, heldElements: Int = 1 << 12,
    lazyElements: Int = 1 << 30, lazyCost: Int = 1 << 6, operations: Int = 1 << 34,
    totalElements: Int = 1 << 26, elementsPerBlobElement: Int = 4, mostElements: Int = 1 << 29,
    listItems: Int = 1 << 16, multiplications: Int = 1 << 32,
    factorisation: Int = 1 << 30
  ) {
    self.length = length
    self.depth = depth
    self.elements = elements
    self.heldElements = heldElements
    self.lazyElements = lazyElements
    self.lazyCost = lazyCost
    self.operations = operations
    self.totalElements = totalElements
    self.elementsPerBlobElement = elementsPerBlobElement
    self.mostElements = mostElements
    self.listItems = listItems
    self.multiplications = multiplications
    self.factorisation = factorisation
  }
}
