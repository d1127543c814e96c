/// A function of the rule language: everything that is known of it, in one entry.
///
/// A new function is one entry in the list of its kind, next to this file. The entry is checked when a rule is loaded, evaluated when
/// the rule is applied, and printed into the table of Rules.md.
package struct ExpressionFunction: Sendable {
  /// The heading that the function stands under in the table of Rules.md.
  package enum Kind: String, Sendable, CaseIterable {
    case elementwise = "element by element"
    case reducing = "over axes"
    case shaping = "shape and order"
    case selecting = "choice and order along an axis"
    case making = "new tensors and products"
    case factoring = "matrices and kernels"
    case measuring = "sizes"
    case texts = "texts"
    case layers = "layers"
  }

  /// A parameter of a function.
  package struct Parameter: Sendable {
    /// How the operand is read.
    enum Reading: Sendable {
      /// As it is.
      case value
      /// A whole number.
      case integer
      /// One axis or several.
      case axes
      /// The sizes of a tensor.
      case shape
      /// A list of tensors.
      case tensors
    }

    /// What calls can name it.
    let name: String
    /// How the operand is read.
    let reading: Reading
    /// Whether a call must give it.
    let isRequired: Bool

    static func required(_ name: String, _ reading: Reading = .value) -> Parameter {
      Parameter(name: name, reading: reading, isRequired: true)
    }
    static func optional(_ name: String, _ reading: Reading = .value) -> Parameter {
      Parameter(name: name, reading: reading, isRequired: false)
    }
  }

  /// The type of a call, from the types of its operands. It is asked twice: when a rule is loaded, with what is known then,
  /// and when the call is evaluated, with every size known. It checks all that can be wrong with the operands.
  typealias TypeRule = @Sendable (OperandTypes) throws(ExpressionError) -> ExpressionType
  /// The value of a call whose operands have passed the type rule; the shape of the result is that of the type.
  typealias ValueRule =
    @Sendable (
      inout ExpressionEvaluator, OperandValues, ExpressionType
    ) throws(ExpressionError) -> ExpressionValue

  /// What a call means.
  enum Body: Sendable {
    /// All operands are evaluated; their types decide the type of the call.
    case operands(type: TypeRule, value: ValueRule)
    /// The call looks at its operands itself: not all of them are evaluated, or they name a layer.
    case call(
      type: @Sendable (ExpressionChecker, ExpressionCall) throws(ExpressionError) -> ExpressionType,
      value: @Sendable (inout ExpressionEvaluator, ExpressionCall) throws(ExpressionError) -> ExpressionValue)
  }

  /// What expressions call it.
  package let name: String
  /// Where it stands in the table.
  package let kind: Kind
  /// The parameters in order.
  let parameters: [Parameter]
  /// What the value is, as a phrase for the table.
  package let summary: String
  /// What a call means.
  let body: Body

  init(
    _ name: String, _ kind: Kind, _ parameters: [Parameter], _ summary: String,
    _ body: Body
  ) {
    self.name = name
    self.kind = kind
    self.parameters = parameters
    self.summary = summary
    self.body = body
  }

  /// How a call is written: `sum(x, axis=…)`.
  package var usage: String {
    let written = parameters.map { $0.isRequired ? $0.name : "\($0.name)=…" }
    return "\(name)(\(written.joined(separator: ", ")))"
  }

  /// All functions, in the order of the table.
  package static let all =
    elementwise + reducing + shaping + selecting + making + factoring + measuring + texts + layers

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The function of that name; nil where there is none.
  package static func named(_ name: String) -> ExpressionFunction? { byName[name] }
}

extension ExpressionFunction: Equatable {
  /// A name has one function.
  package static func == (a: ExpressionFunction, b: ExpressionFunction) -> Bool { a.name == b.name }
}
