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
    case .texts:
      let isList = text.hasPrefix("[") && text.hasSuffix("]")
      let items = (isList ? text.dropFirst().dropLast() : text[...]).split(separator: ",")
      return .list(items.map { .string(Name($0.trimmingSpaces)) })
    case .map(let held):
      var parts: [String: ExpressionValue] = [:]
      for entry in text.split(separator: ",") {
        guard let colon = entry.lastIndex(of: ":"), colon != entry.startIndex,
          let value = held.kind.value(of: entry[entry.index(after: colon)...].trimmingSpaces),
          parts.updateValue(value, forKey: entry[..<colon].trimmingSpaces) == nil
        else { return nil }
      }
      return .record(parts)
    case .oneOf(let words): return words.contains(text) ? .string(Name(text)) : nil
    }
  }

  /// The value that a node of a file stands for; nil where it is none.
  func value(of node: YAMLNode) -> ExpressionValue? {
    switch self {
    case .texts:
      guard let items = node.sequence else { return node.parameterText.flatMap(value) }
      let texts = items.compactMap { $0.isNull ? nil : $0.scalar?.text }
      return texts.count == items.count ? .list(texts.map { .string(Name($0)) }) : nil
    case .map(let held):
      guard case .mapping(let pairs) = node.content else { return nil }
      var parts: [String: ExpressionValue] = [:]
      for pair in pairs {
        guard let name = pair.key.scalar?.text, let value = held.kind.value(of: pair.value) else {
          return nil
        }
        parts[name] = value
      }
      return .record(parts)
    default:
      if case .mapping = node.content { return nil }
      return node.parameterText.flatMap(value)
    }
  }

  private static func computed(_ text: String) -> ExpressionValue? {
    guard let expression = try? Expression(parsing: text),
      (try? ExpressionChecker(ExpressionNames()).check(expression, expecting: .dynamic)) != nil
    else { return nil }
    let limits = ExpressionLimits(
      elements: numberLimit, totalElements: 8 * numberLimit, multiplications: 8 * numberLimit)
    return try? ExpressionEvaluator(NamedValues(), limits: limits).value(of: expression)
  }
}

extension Substring {
  /// The text without spaces around it.
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

extension YAMLNode {
  /// The text that stands for a parameter's value: a scalar, whatever YAML takes it for, or with commas between them the items of
  /// a list, or the entries `key:value` of a mapping; nil for anything else.
  package var parameterText: String? {
    if let scalar { return isNull ? nil : scalar.text }
    if case .mapping(let pairs) = content {
      let entries = pairs.compactMap { pair in
        pair.value.isNull
          ? nil : pair.value.scalar.flatMap { text in pair.key.scalar.map { "\($0.text):\(text.text)" } }
      }
      return entries.count == pairs.count ? entries.joined(separator: ",") : nil
    }
    guard let sequence else { return nil }
    let items = sequence.compactMap { $0.isNull ? nil : $0.scalar?.text }
    return items.count == sequence.count ? "[\(items.joined(separator: ", "))]" : nil
  }
}
