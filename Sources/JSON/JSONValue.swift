/// A JSON document, built in the order it is printed, so that the same run prints the same bytes.
///
/// Foundation's encoder would cost every start of the program some milliseconds of loading.
package indirect enum JSONValue: Sendable {
  /// Nothing.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A whole number.
  case integer(Int)
  /// A number; one that is not finite is written as `null`.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Keys with values, in the order they are written.
  case object([(String, JSONValue)])

  /// The document, indented by two spaces, with a line end.
  package var text: String { text(width: 0) }

  /// The document, indented by two spaces, with a line end; a list or object that holds no other and is not longer than
  /// `width` characters stands on one line.
  package func text(width: Int) -> String {
    var output = ""
    write(to: &output, indent: "", width: width)
    return output + "\n"
  }

  /// The document on one line, without spaces between its parts and without a line end.
  package var compactText: String {
    var output = ""
    writeCompact(to: &output)
    return output
  }

  private func writeCompact(to output: inout String) {
    switch self {
    case .array(let items):
      output += "["
      for (place, item) in items.enumerated() {
        if place > 0 { output += "," }
        item.writeCompact(to: &output)
      }
      output += "]"
    case .object(let members):
      output += "{"
      for (place, (key, value)) in members.enumerated() {
        if place > 0 { output += "," }
        Self.write(key, to: &output)
        output += ":"
        value.writeCompact(to: &output)
      }
      output += "}"
    default: write(to: &output, indent: "", width: 0)
    }
  }

  /// The value on one line; nil for one that holds more than a list of plain values.
  private func oneLine(depth: Int = 2) -> String? {
    func joined(_ parts: [String?], _ open: String, _ close: String) -> String? {
      parts.contains(nil) ? nil : open + parts.map { $0! }.joined(separator: ", ") + close
    }
    switch self {
    case .array(let items):
      return depth == 0 ? nil : joined(items.map { $0.oneLine(depth: depth - 1) }, "[", "]")
    case .object(let members):
      guard depth == 2 else { return nil }
      return joined(
        members.map { key, value in
          guard let text = value.oneLine(depth: 1) else { return nil }
          var line = ""
          Self.write(key, to: &line)
          return line + ": " + text
        }, "{", "}")
    default:
      var line = ""
      write(to: &line, indent: "", width: 0)
      return line
    }
  }

  private func write(to output: inout String, indent: String, width: Int) {
    switch self {
    case .array(let items) where items.isEmpty: break
    case .array, .object:
      if width > 0, let line = oneLine(), line.utf8.count <= width {
        output += line
        return
      }
    default: break
    }
    switch self {
    case .null: output += "null"
    case .boolean(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    // JSON has no infinities; a reader that meets null knows that there was no number.
    case .number(let value): output += value.isFinite ? String(value) : "null"
    case .string(let value): Self.write(value, to: &output)
    case .array(let items):
      Self.writeList(items, "[", "]", to: &output, indent: indent) { item, output, inner in
        item.write(to: &output, indent: inner, width: width)
      }
    case .object(let members):
      Self.writeList(members, "{", "}", to: &output, indent: indent) { member, output, inner in
        Self.write(member.0, to: &output)
        output += ": "
        member.1.write(to: &output, indent: inner, width: width)
      }
    }
  }

  private static func writeList<Item>(
    _ items: [Item], _ open: String, _ close: String, to output: inout String, indent: String,
    _ body: (Item, inout String, String) -> Void
  ) {
    guard !items.isEmpty else {
      output += open + close
      return
    }
    let inner = indent + "  "
    output += open + "\n"
    for (index, item) in items.enumerated() {
      output += inner
      body(item, &output, inner)
      output += index + 1 < items.count ? ",\n" : "\n"
    }
    output += indent + close
  }

  private static func write(_ string: String, to output: inout String) {
    output += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
