struct WhereOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "Where", "x where the condition is true, else y, broadcast",
    inputs: [
      .required("condition", .booleans), .required("X", .all, as: "T"), .required("Y", .all, as: "T"),
    ],
    outputs: ["output"])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let (condition, x, y) = (inputs.tensor(0), inputs.tensor(1), inputs.tensor(2))
    let plan = try BroadcastPlan([x.shape, y.shape, condition.shape])
    let choice = Choice(plan: plan, condition: condition.values.booleans)
    return [OperatorTensor(shape: plan.shape, values: try .moving([x.values, y.values], by: choice))]
  }

  private struct Choice: ElementMove {
    let plan: BroadcastPlan
    let condition: [Bool]

    func move<T: OperatorElement>(_ inputs: [[T]]) -> [T] {
      let steps = (plan.step(0), plan.step(1), plan.step(2))
      return Array(unsafeUninitializedCapacity: plan.count) { target, count in
        count = plan.count
        guard count > 0, let target = target.baseAddress else { return }
        inputs[0].withUnsafeBufferPointer { x in
          inputs[1].withUnsafeBufferPointer { y in
            condition.withUnsafeBufferPointer { condition in
              let (x, y, condition) = (x.baseAddress!, y.baseAddress!, condition.baseAddress!)
              plan.forEachRun(cost: 3) { start, startX, startY, startCondition, length in
                for index in 0..<length {
                  (target + start + index).initialize(
                    to: condition[startCondition + index * steps.2]
                      ? x[startX + index * steps.0] : y[startY + index * steps.1])
                }
              }
            }
          }
        }
      }
    }
  }
}
