import YAML

extension RuleText {
  /// The expression for a tensor: a text, or numbers in lists, a level for each axis.
  init(tensor node: YAMLNode, _ key: String) throws {
    self.init(text: try Self.text(ofTensor: node, key), node: node)
  }

  /// The text of an expression; lists in YAML are numbers in row-major order.
  private static func text(ofTensor node: YAMLNode, _ key: String) throws -> String {
    guard let items = node.sequence else { return try node.asText(for: .key(key)).text }
    guard items.contains(where: { $0.sequence != nil }) else {
      return "[\(try items.map { try $0.asText(for: .item(of: key)).text }.joined(separator: ", "))]"
    }
    var (shape, level) = ([items.count], items)
    while let first = level.first?.sequence {
      let rows = level.map { $0.sequence ?? [] }
      if let odd = zip(level, rows).first(where: { $1.count != first.count }) {
        throw RuleError(.raggedRows(expected: first.count), odd.0)
      }
      shape.append(first.count)
      level = rows.flatMap(\.self)
    }
    let numbers = try level.map { try $0.asText(for: .item(of: key)).text }
    return
      "reshape([\(numbers.joined(separator: ", "))], [\(shape.map(String.init).joined(separator: ", "))])"
  }
}
