/// The attributes of a call that was checked: those that are given, else what holds without.
package struct OperatorAttributes: Sendable {
  private let given: [String: OperatorAttribute]
  private let signature: OperatorSignature
  /// The version of the operator set.
  package let opset: Int
  /// How many outputs are read.
  package let outputCount: Int

  /// Wraps the attributes of a call that fits the signature.
  init(_ call: OperatorCall, _ signature: OperatorSignature) {
    given = call.attributes
    self.signature = signature
    opset = call.opset
    outputCount = call.outputCount
  }

  private subscript(name: String) -> OperatorAttribute? {
    if let value = given[name] { return value }
    let field = signature.attributes.first { $0.name == name }
    if case .value(let value) = field?.absence { return value }
    precondition(field != nil, "the signature of \(signature.name) has '\(name)'")
    return nil
  }

  /// A whole number; nil where there is none and no default.
  func optionalInt(_ name: String) -> Int? {
    if case .int(let value) = self[name] { return Int(value) }
    return nil
  }

  /// A whole number that is required or has a default.
  func int(_ name: String) -> Int { optionalInt(name) ?? 0 }

  /// Whether a whole number is not 0.
  func flag(_ name: String) -> Bool { int(name) != 0 }

  /// A number that is required or has a default.
  func float(_ name: String) -> Float { optionalFloat(name) ?? 0 }

  /// A number; nil where there is none and no default.
  func optionalFloat(_ name: String) -> Float? {
    if case .float(let value) = self[name] { return value }
    return nil
  }

  /// A string that is required or has a default.
  func string(_ name: String) -> String {
    if case .string(let value) = self[name] { return value }
    return ""
  }

  /// Whole numbers; nil where they are not given.
  func ints(_ name: String) -> [Int]? {
    if case .ints(let values) = self[name] { return values.map { Int($0) } }
    return nil
  }

  /// Numbers; nil where they are not given.
  func floats(_ name: String) -> [Float]? {
    if case .floats(let values) = self[name] { return values }
    return nil
  }

  /// A tensor; nil where it is not given.
  func tensor(_ name: String) -> OperatorTensor<Float>? {
    if case .tensor(let value) = self[name] { return value }
    return nil
  }

  /// Whole numbers of a count and of at least some value, else the same one throughout.
  ///
  /// - Throws: `OperatorError` for another count, a smaller number, or one beyond what arithmetic on sizes may meet.
  func sizes(_ name: String, count: Int, least: Int, default fallback: Int) throws(OperatorError) -> [Int] {
    guard let values = ints(name), !(values.isEmpty && count > 0) else {
      return Array(repeating: fallback, count: count)
    }
    guard values.count == count, values.allSatisfy({ $0 >= least && $0 <= OperatorLimits.size }) else {
      throw OperatorError(
        .attribute(
          name, expected: "\(count) whole numbers from \(least) to \(OperatorLimits.size)", found: "\(values)"
        ))
    }
    return values
  }
}
