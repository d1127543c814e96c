import Diagnostics

// All wording of this target.

extension OperatorError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    let subject = operatorName.map { "operator '\(clipped($0))': " } ?? ""
    return Diagnostic(.error, at: .none, subject + sentence)
  }

  /// The message without the operator's name.
  package var sentence: String {
    switch reason {
    case .unknownOperator:
      "this operator is not known" + Suggestion.clause(for: operatorName ?? "", among: OperatorRegistry.names)
    case .opset(let found, let known):
      "expected a version of the operator set from \(known.lowerBound) to \(known.upperBound), found \(found)"
    case .unknownAttribute(let name, let known):
      known.isEmpty
        ? "expected no attributes, found '\(clipped(name))'"
        : "the attribute '\(clipped(name))' is not known"
          + (Suggestion.nearest(to: name, among: known).map { "; did you mean '\($0)'?" }
            ?? "; there \(known.count == 1 ? "is" : "are") \(Wording.list(known.map { "'\($0)'" }, "and"))")
    case .attributeOpset(let name, let opset, let known):
      "the attribute '\(name)' exists in the versions \(known.lowerBound) to \(known.upperBound) of the operator set,"
        + " not in \(opset)"
    case .missingAttribute(let name): "the attribute '\(name)' is missing"
    case .attributeKind(let name, let expected, let found):
      "expected \(expected.rawValue) for '\(name)', found \(found.rawValue)"
    case .attributeWord(let name, let words, let found):
      "expected \(Wording.list(words.map { "'\($0)'" }, "or")) for '\(name)', found '\(found)'"
    case .attribute(let name, let expected, let found):
      "expected \(expected) for '\(name)', found \(clipped(found, to: 200))"
    case .inputCount(let expected, let found): "expected \(expected.counting("input")), found \(found)"
    case .missingInput(let name): "the input '\(name)' is missing"
    case .outputCount(let expected, let found): "expected \(expected.counting("output")), found \(found)"
    case .elementType(let input, let expected, let found):
      "expected \(Wording.list(expected.map(\.word), "or")) for the input '\(input)', found \(found.word)"
    case .mixedTypes(let input, let type, let other, let otherType):
      "expected one element type for the inputs '\(input)' and '\(other)', found \(type.word) and \(otherType.word)"
    case .rank(let input, let found, let limit):
      "expected at most \(limit) axes for the input '\(input)', found \(found)"
    case .input(let name, let expected, let found):
      "expected \(expected) for the input '\(name)', found \(clipped(found, to: 200))"
    case .broadcast(let shapes):
      "the shapes \(Wording.list(shapes.map(\.asShape), "and")) cannot be broadcast to one"
    case .axis(let axis, let rank): "expected an axis from \(-rank) to \(rank - 1), found \(axis)"
    case .index(let index, let size): "expected an index from \(-size) to \(size - 1), found \(index)"
    case .divisionByZero: "a whole number is divided by zero"
    case .output(let error): error.sentence
    case .memory(let limit): "more than \(limit) numbers would be needed at a time"
    case .multiplications(let limit): "it would take more than \(limit) multiplications"
    case .boxPairs(let limit): "more than \(limit) pairs of boxes would be compared"
    }
  }
}

extension ClosedRange<Int> {
  /// `1 input`, `2 inputs`, `1 to 3 inputs`, `at least 2 inputs`.
  fileprivate func counting(_ noun: String) -> String {
    if upperBound == .max { return "at least \(Wording.counted(lowerBound, noun))" }
    return count == 1 ? Wording.counted(lowerBound, noun) : "\(lowerBound) to \(upperBound) \(noun)s"
  }
}

extension [Int] {
  /// `1×3×224×224`; `()` for a single number.
  var asShape: String { isEmpty ? "()" : map(String.init).joined(separator: "×") }
}
