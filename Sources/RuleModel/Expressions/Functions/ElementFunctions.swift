import Tensors

extension ExpressionFunction {
  /// Functions of each number by itself, or of the numbers at the same place of several tensors.
  static let elementwise: [ExpressionFunction] = [
    mapping("sqrt", "the square root", .sqrt),
    mapping("rsqrt", "1 / sqrt(x)", .rsqrt),
    mapping("abs", "the absolute value", .abs),
    mapping("exp", "e to the power x", .exp),
    mapping("log", "the natural logarithm", .log),
    mapping("floor", "the largest whole number that is not above x", .floor),
    mapping("isfinite", "whether x is neither infinite nor NaN", .isfinite, ofNumber: .boolean),
    ExpressionFunction(
      "pow", .elementwise, [.required("x"), .required("y")], "x ** y",
      .operands(
        type: { (types) throws(ExpressionError) in try types.joined([0, 1]) },
        value: { (evaluator, values, _) throws(ExpressionError) in
          try evaluator.combined(.power, values[0], values[1], values.call, 1)
        })),
    ExpressionFunction(
      "clip", .elementwise, [.required("x"), .required("low"), .required("high")],
      "x, at least `low` and at most `high`",
      .operands(
        type: { (types) throws(ExpressionError) in try types.joined([0, 1, 2]) },
        value: { (evaluator, values, _) throws(ExpressionError) in
          let raised = try evaluator.combined(.maximum, values[0], values[1], values.call, 1)
          return try evaluator.combined(.minimum, raised, values[2], values.call, 2)
        })),
    ExpressionFunction(
      "where", .elementwise, [.required("condition"), .required("x"), .required("y")],
      "x where the condition holds, else y; for `true` or `false` only one of the two is evaluated",
      .call(type: whereType, value: whereValue)),
  ]

  private static func mapping(
    _ name: String, _ summary: String, _ operation: ElementOperation,
    ofNumber result: ExpressionType = .number()
  ) -> ExpressionFunction {
    ExpressionFunction(
      name, .elementwise, [.required("x")], summary,
      .operands(
        type: { (types) throws(ExpressionError) in
          let type = try types.numeric(0)
          if case .number = type { return result }
          return type
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          guard let value = try evaluator.mapped(values[0], at: values.call.range, operation) else {
            throw values.call.refusal(0, .numeric, values[0].type)
          }
          if type == .boolean, let truth = value.number { return .boolean(truth != 0) }
          return value
        }))
  }

  private static func whereType(
    _ checker: ExpressionChecker, _ call: ExpressionCall
  ) throws(ExpressionError) -> ExpressionType {
    let condition = try checker.type(of: call[0])
    // Only the side that is taken is looked at.
    let x = try checker.assuming(ExpressionChecker.facts(of: call[0], being: true)).type(of: call[1])
    let y = try checker.assuming(ExpressionChecker.facts(of: call[0], being: false)).type(of: call[2])
    let types = OperandTypes(call, [condition, x, y], items: nil)
    if condition == .boolean || condition == .dynamic {
      if case .aligned = x { return try types.joined([1, 2]) }
      return condition == .boolean ? x.joined(with: y) : .dynamic
    }
    return try chosenType(types)
  }

  private static func chosenType(_ types: OperandTypes) throws(ExpressionError) -> ExpressionType {
    _ = try types.numeric(0, .mask)
    return try types.joined([0, 1, 2])
  }

  private static func whereValue(
    _ evaluator: inout ExpressionEvaluator, _ call: ExpressionCall
  ) throws(ExpressionError) -> ExpressionValue {
    let condition = try evaluator.evaluate(call[0])
    if case .boolean(let isTrue) = condition { return try evaluator.evaluate(call[isTrue ? 1 : 2]) }
    let values = [condition, try evaluator.evaluate(call[1]), try evaluator.evaluate(call[2])]
    let type = try chosenType(OperandTypes(call, values.map(\.type), items: nil))
    guard let operands = try evaluator.aligned(values, at: call.range) else {
      throw call.refusal(0, .mask, condition.type)
    }
    let shape = type.sizes
    return try evaluator.result(operands.tensors, shape, axis: operands.axis, at: call.range) {
      LazyTensor.chosen($0[0], $0[1], $0[2], shape: shape)
    }
  }
}
