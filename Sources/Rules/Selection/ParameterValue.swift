import Diagnostics
import RuleModel
import Tensors
import YAML

/// The values of parameters, as they are written on a command line, in rule files and in project files.
extension RuleParameter.Kind {
  /// How many numbers a value has at most.
  static let numberLimit = 1 << 16

  /// The value that a text stands for; nil where it is none. Numbers are expressions without names: `1/255`.
  package func value(of text: String) -> ExpressionValue? {
    switch self {
    case .number:
      guard let number = Self.computed(text)?.number, number.isFinite else { return nil }
      return .number(number)
    case .numbers:
      let isList = text.first { $0 != " " } == "["
      guard var value = Self.computed(isList ? text : "[\(text)]") else { return nil }
      // `zeros(3)` is a vector already.
      if case .list(let items) = value, items.count == 1, items[0].tensor?.shape.isEmpty == false {
        value = items[0]
      }
      guard let tensor = value.tensor, tensor.shape.count == 1, !tensor.values.isEmpty,
        tensor.values.allSatisfy(\.isFinite)
      else { return nil }
      return .tensor(tensor)
    case .boolean: return text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
    case .text: return .string(Name(text))
    case .oneOf(let words): return words.contains(text) ? .string(Name(text)) : nil
    }
  }

  /// The value that a node of a file stands for; nil where it is none.
  func value(of node: YAMLNode) -> ExpressionValue? {
    node.parameterText.flatMap(value)
  }

  private static func computed(_ text: String) -> ExpressionValue? {
    guard let expression = try? Expression(parsing: text),
      (try? ExpressionChecker(ExpressionNames()).check(expression, expecting: .dynamic)) != nil
    else { return nil }
    let limits = ExpressionLimits(
      elements: numberLimit, totalElements: 8 * numberLimit, multiplications: 8 * numberLimit)
    return try? ExpressionEvaluator(ParameterEnvironment(), limits: limits).value(of: expression)
  }
}

extension YAMLNode {
  /// The text that stands for a parameter's value: a scalar, whatever YAML takes it for, or the items of a list with
  /// commas between them; nil for anything else.
  package var parameterText: String? {
    if let scalar { return isNull ? nil : scalar.text }
    guard let sequence else { return nil }
    let items = sequence.compactMap { $0.isNull ? nil : $0.scalar?.text }
    return items.count == sequence.count ? "[\(items.joined(separator: ", "))]" : nil
  }
}

/// Where there is no net: what the conditions of a parameter are evaluated in.
struct ParameterEnvironment: ExpressionEnvironment {
  /// The values by name.
  var values: [String: ExpressionValue] = [:]

  private static let fault = ExpressionFault("there is no net here")

  func value(of name: String) -> ExpressionValue? { values[name] }
  func name(of layer: LayerReference) -> Name { "" }
  func type(of layer: LayerReference) -> String { "" }
  func phase(of layer: LayerReference) -> String { "" }
  func blobCount(of layer: LayerReference) throws(ExpressionFault) -> Int { throw Self.fault }
  func blobShape(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> [Int] {
    throw Self.fault
  }
  func blob(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> LazyTensor {
    throw Self.fault
  }
  func fault(reading error: any Error) -> ExpressionFault { Self.fault }
  func values(of layer: LayerReference, side: ValueSide) -> [Name] { [] }
  func valueShape(of layer: LayerReference, side: ValueSide, at index: Int) -> [Int]? { nil }
  func attribute(_ path: [String], of layer: LayerReference) -> ExpressionValue? { nil }
  func hasAttribute(_ path: [String], of layer: LayerReference) -> Bool { false }
  func isPresent(_ capture: String) -> Bool { false }
  func place(of layer: LayerReference) throws(ExpressionFault) -> ElementPlace { throw Self.fault }
  func channels(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault) -> Int {
    throw Self.fault
  }
  func isInput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool { false }
  var inputCount: Int { 0 }
  func statistics(of layer: LayerReference) throws(ExpressionFault) -> StoredStatistics { throw Self.fault }
  func foreignFieldCount(of layer: LayerReference) throws(ExpressionFault) -> Int { throw Self.fault }
  func affine(of layer: LayerReference) throws(ExpressionFault) -> (scale: Tensor, shift: Tensor) {
    throw Self.fault
  }
  func window(of layer: LayerReference) throws(ExpressionFault) -> WindowSizes { throw Self.fault }
}
