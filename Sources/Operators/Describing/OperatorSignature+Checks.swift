extension OperatorSignature {
  /// Checks all of a call that does not depend on values and shapes.
  ///
  /// - Returns: the inputs, with nil for those at the end that are not given.
  func checked<S: OperatorScalar>(
    _ call: OperatorCall, _ inputs: [OperatorTensor<S>?]
  ) throws(OperatorError) -> [OperatorTensor<S>?] {
    guard opsets.contains(call.opset) else { throw OperatorError(.opset(call.opset, known: opsets)) }
    try checkAttributes(call)
    guard outputCounts.contains(call.outputCount) else {
      throw OperatorError(.outputCount(expected: outputCounts, found: call.outputCount))
    }
    return try checkedInputs(call, inputs)
  }

  /// Names in their order, so that of several mistakes always the same one is told.
  private func checkAttributes(_ call: OperatorCall) throws(OperatorError) {
    for (name, value) in call.attributes.sorted(by: { $0.key < $1.key }) {
      guard let field = attributes.first(where: { $0.name == name }) else {
        throw OperatorError(.unknownAttribute(name, known: attributes.map(\.name)))
      }
      guard field.opsets.contains(call.opset) else {
        throw OperatorError(.attributeOpset(name, call.opset, known: field.opsets))
      }
      guard value.kind == field.kind else {
        throw OperatorError(.attributeKind(name, expected: field.kind, found: value.kind))
      }
      if let words = field.words, case .string(let word) = value, !words.contains(word) {
        throw OperatorError(.attributeWord(name, expected: words, found: word))
      }
    }
    for field in attributes
    where field.absence == .error && field.opsets.contains(call.opset) && call.attributes[field.name] == nil {
      throw OperatorError(.missingAttribute(field.name))
    }
  }

  private func checkedInputs<S: OperatorScalar>(
    _ call: OperatorCall, _ given: [OperatorTensor<S>?]
  ) throws(OperatorError) -> [OperatorTensor<S>?] {
    let counts = inputCounts(opset: call.opset)
    // An input that is not given may also be spelled out at the end.
    let end = given.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0
    guard end <= counts.upperBound, given.count >= counts.lowerBound else {
      throw OperatorError(.inputCount(expected: counts, found: given.count))
    }
    var groups: [String: (input: String, type: OperatorElementType)] = [:]
    for index in 0..<max(end, inputs.count) {
      let input = inputs[min(index, inputs.count - 1)]
      guard index < given.count, let tensor = given[index] else {
        if input.isRequired, index < end || index < counts.lowerBound {
          throw OperatorError(.missingInput(input.name))
        }
        continue
      }
      guard input.types.contains(tensor.type) else {
        throw OperatorError(.elementType(input: input.name, expected: input.types, found: tensor.type))
      }
      guard tensor.shape.count <= OperatorLimits.rank else {
        throw OperatorError(.rank(input: input.name, tensor.shape.count, limit: OperatorLimits.rank))
      }
      guard let group = input.group else { continue }
      let first = groups[group] ?? (input.name, tensor.type)
      guard first.type == tensor.type else {
        throw OperatorError(
          .mixedTypes(first.input, first.type, other: input.name, tensor.type))
      }
      groups[group] = first
    }
    let known = Array(given.prefix(end))
    return known + Array(repeating: nil, count: max(0, inputs.count - known.count))
  }
}
