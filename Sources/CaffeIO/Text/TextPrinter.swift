/// Prints new fields in the style of a text.
struct TextPrinter {
  let layout: TextLayout
  /// The separator that the neighbours have between them, if any.
  var separator: UInt8?

  /// Fields on lines of their own, the first without its indentation, the last without a line end.
  ///
  /// - Parameter isSpaced: a blank line goes between messages.
  func lines(_ fields: [NewTextField], indent: [UInt8], isSpaced: Bool = false) -> [UInt8] {
    var result: [UInt8] = []
    for (index, field) in fields.enumerated() {
      if index > 0 {
        if let separator { result.append(separator) }
        if isSpaced, fields[index].isMessage { result += layout.lineEnd }
        result += layout.lineEnd + indent
      }
      if case .message(let inner) = field.value, !inner.isEmpty {
        let plain = TextPrinter(layout: layout)
        let deeper = indent + layout.unit
        result += Array("\(field.name) {".utf8) + layout.lineEnd + deeper
        result += plain.lines(inner, indent: deeper) + layout.lineEnd + indent + [UInt8(ascii: "}")]
      } else if case .verbatim(let text) = field.value, text.utf8.contains(layout.newline) {
        result += indented(oneLine(field), indent)
      } else {
        result += oneLine(field)
      }
    }
    return result
  }

  /// Lines that stood elsewhere: what the last of them is indented by, the bracket that closes, becomes `indent`.
  private func indented(_ text: [UInt8], _ indent: [UInt8]) -> [UInt8] {
    let lines = text.split(separator: layout.newline, omittingEmptySubsequences: false)
    let old = lines[lines.count - 1].prefix { $0 == 0x20 || $0 == 0x09 }
    return Array(
      lines.enumerated().map { index, line in
        index > 0 && line.starts(with: old) ? indent + line.dropFirst(old.count) : Array(line)
      }.joined(separator: [layout.newline]))
  }

  /// Fields on one line, with a blank between.
  func oneLine(_ fields: [NewTextField]) -> [UInt8] {
    Array(fields.map(oneLine).joined(separator: (separator.map { [$0] } ?? []) + [0x20]))
  }

  func oneLine(_ field: NewTextField) -> [UInt8] {
    switch field.value {
    case .string(let string):
      return Array("\(field.name): ".utf8) + TextString.encode(string, quote: layout.quote)
    case .message(let inner):
      guard !inner.isEmpty else { return Array("\(field.name) {}".utf8) }
      return Array("\(field.name) { ".utf8) + TextPrinter(layout: layout).oneLine(inner) + Array(" }".utf8)
    case .literal(let text), .verbatim(let text):
      let isMessage = text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "<")
      return Array((field.name + (isMessage ? " " : ": ") + text).utf8)
    }
  }
}

extension NewTextField {
  /// Whether it is printed over several lines.
  var isMessage: Bool {
    if case .message(let inner) = value { return !inner.isEmpty }
    return false
  }
}
