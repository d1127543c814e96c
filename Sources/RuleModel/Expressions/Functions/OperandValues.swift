import Tensors

/// The values of a call's operands; their types have passed the type rule of the function.
struct OperandValues {
  /// The call.
  let call: ExpressionCall
  private let values: [ExpressionValue?]

  init(_ call: ExpressionCall, _ values: [ExpressionValue?]) {
    self.call = call
    self.values = values
  }

  /// The operand of a required parameter.
  subscript(index: Int) -> ExpressionValue { values[index]! }
  /// Whether a call gives an optional parameter.
  func has(_ index: Int) -> Bool { values[index] != nil }

  /// The numbers of a number, tensor or list of numbers.
  func tensor(_ index: Int) throws(ExpressionError) -> LazyTensor {
    guard let tensor = self[index].lazyTensor else { throw call.refusal(index, .numeric, self[index].type) }
    return tensor
  }

  /// A number.
  func number(_ index: Int) throws(ExpressionError) -> Double {
    guard let number = self[index].number else { throw call.refusal(index, .number, self[index].type) }
    return number
  }

  /// Whole numbers, which the evaluator has made sure of; nil for an optional operand that is not given.
  func integers(_ index: Int) -> [Int]? {
    switch values[index] {
    case .number(let number): [Int(number)]
    case .list(let items): items.map { Int($0.number ?? 0) }
    default: nil
    }
  }

  /// The axes of an operand, from the front; nil where it is not given.
  func axes(_ index: Int, rank: Int) -> [Int]? {
    integers(index)?.compactMap { Tensor.axis($0, rank: rank) }
  }
}

extension ExpressionEvaluator {
  /// Evaluates the operands of a call, in order, and asks the type rule of its function what comes of them.
  mutating func operands(
    of call: ExpressionCall, _ rule: ExpressionFunction.TypeRule
  ) throws(ExpressionError) -> (values: OperandValues, result: ExpressionType) {
    var values: [ExpressionValue?] = []
    var items: [(type: ExpressionType, range: Range<Int>)]?
    for (index, parameter) in call.function.parameters.enumerated() {
      guard let expression = call.optional(index) else {
        values.append(nil)
        continue
      }
      let value = try evaluate(expression)
      switch parameter.reading {
      case .value: values.append(value)
      case .integer: values.append(.number(Double(try integer(value, at: expression.range))))
      case .axes: values.append(try integers(value, call, index, .axes))
      case .shape: values.append(try integers(value, call, index, .shape))
      case .tensors:
        values.append(value)
        if case .list(let list) = value { items = Self.items(list, of: expression) }
      }
    }
    let types = values.map { $0?.operandType }
    return (OperandValues(call, values), try rule(OperandTypes(call, types, items: items)))
  }

  /// The types of the items of a list, with their bytes where the list is written out.
  private static func items(
    _ list: [ExpressionValue], of expression: Expression
  ) -> [(type: ExpressionType, range: Range<Int>)] {
    var ranges = [Range<Int>](repeating: expression.range, count: list.count)
    if case .list(let written) = expression.form { ranges = written.map(\.range) }
    return zip(list, ranges).map { ($0.operandType, $1) }
  }

  /// A number or list of whole numbers, as such.
  private mutating func integers(
    _ value: ExpressionValue, _ call: ExpressionCall, _ index: Int, _ want: ExpressionWant
  ) throws(ExpressionError) -> ExpressionValue {
    guard let tensor = value.lazyTensor, tensor.shape.count <= 1 else {
      throw call.refusal(index, want, value.type)
    }
    let numbers = try held(tensor, at: call.range(of: index)).values
    for number in numbers where Int(exactly: number) == nil {
      throw ExpressionError(
        want == .shape ? .badDimension(number) : .notWhole(number), at: call.range(of: index))
    }
    if value.number != nil { return .number(numbers[0]) }
    return .list(numbers.map { .number($0) })
  }
}

extension ExpressionValue {
  /// The type for a type rule: the empty list is a vector of no numbers.
  fileprivate var operandType: ExpressionType {
    if case .list(let items) = self, items.isEmpty { return .shape(SymbolicShape([])) }
    return type
  }
}
