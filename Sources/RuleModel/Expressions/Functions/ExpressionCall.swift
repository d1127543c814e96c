/// A call with one operand for each parameter of its function.
package struct ExpressionCall: Sendable {
  /// The function that is called.
  let function: ExpressionFunction
  /// The bytes of the call.
  let range: Range<Int>
  private let operands: [Expression?]

  /// Finds the function, and the parameter of each argument; `axis` and `axes` mean the same.
  ///
  /// - Throws: `ExpressionError` for a function that does not exist, and for arguments that do not fit its parameters.
  init(
    _ name: Expression.Identifier, _ arguments: [Expression.Argument], at range: Range<Int>
  ) throws(ExpressionError) {
    guard let function = ExpressionFunction.named(name.text) else {
      throw ExpressionError(.unknownFunction(name.text), at: name.range)
    }
    let parameters = function.parameters
    var operands = [Expression?](repeating: nil, count: parameters.count)
    for (position, argument) in arguments.enumerated() {
      var index = position
      if let keyword = argument.keyword {
        let synonym = keyword.text == "axes" ? "axis" : keyword.text == "axis" ? "axes" : keyword.text
        let found = parameters.firstIndex { $0.name == keyword.text || $0.name == synonym }
        guard let found else {
          throw ExpressionError(.unknownKeyword(function, keyword.text), at: keyword.range)
        }
        if operands[found] != nil {
          throw ExpressionError(.repeatedArgument(function, keyword.text), at: keyword.range)
        }
        index = found
      }
      guard index < parameters.count else {
        throw ExpressionError(.tooManyArguments(function, found: arguments.count), at: argument.value.range)
      }
      operands[index] = argument.value
    }
    for (parameter, value) in zip(parameters, operands) where parameter.isRequired && value == nil {
      throw ExpressionError(.missingArgument(function, parameter: parameter.name), at: range)
    }
    self.function = function
    self.range = range
    self.operands = operands
  }

  /// The operand of a required parameter, which `init` has seen to.
  subscript(index: Int) -> Expression { operands[index]! }
  /// The operand of an optional parameter.
  func optional(_ index: Int) -> Expression? { operands[index] }
  /// The bytes of an operand; those of the call where it is not given.
  func range(of index: Int) -> Range<Int> { operands[index]?.range ?? range }

  /// The refusal of an operand of another type than its parameter takes.
  func refusal(
    _ index: Int, _ want: ExpressionWant, _ found: ExpressionType, at range: Range<Int>? = nil
  ) -> ExpressionError {
    ExpressionError(
      .wrongArgument(function, parameter: function.parameters[index].name, expected: want, found: found),
      at: range ?? self.range(of: index))
  }
}
