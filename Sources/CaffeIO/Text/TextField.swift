/// One field of a protobuf text: a view, cheap to make and to copy.
package struct TextField: Sendable {
  let document: TextDocument
  let index: Int
  /// The `[…]` field that this is an element of.
  let list: Int?

  var node: TextNode { document.nodes[index] }
  private var named: TextNode { document.nodes[list ?? index] }

  /// The name as written; `[package.name]` for an extension.
  package var name: String { document.text(Int(named.nameStart)..<Int(named.nameEnd)) }

  /// Whether the field has this name; makes no string.
  package func isNamed(_ name: String) -> Bool {
    let range = Int(named.nameStart)..<Int(named.nameEnd)
    guard name.utf8.count == range.count else { return false }
    var position = range.lowerBound
    for byte in name.utf8 {
      guard document.bytes[position] == byte else { return false }
      position += 1
    }
    return true
  }

  /// The bytes of the name; for an element of a list, those of the list's.
  var nameRange: Range<Int> { Int(named.nameStart)..<Int(named.nameEnd) }
  /// Where the name begins, as a byte offset.
  package var nameOffset: Int { Int(named.nameStart) }
  /// Where the value begins, as a byte offset.
  package var valueOffset: Int { Int(node.valueStart) }
  /// The bytes of the value.
  package var valueRange: Range<Int> { Int(node.valueStart)..<Int(node.valueEnd) }

  /// The value exactly as written.
  package var literal: String { document.text(valueRange) }

  /// The value as a message.
  package var message: TextMessage? {
    guard node.kind == .message else { return nil }
    return TextMessage(
      document: document, first: index + 1, end: Int(node.next), bracketed: valueRange)
  }

  /// The bytes of a string value, escapes undone, adjacent literals joined.
  package var stringBytes: [UInt8]? {
    guard node.kind == .string else { return nil }
    return TextStrings.decode(document.bytes[valueRange])
  }

  /// A string value; bytes that are not UTF-8 become replacement characters.
  package var string: String? { stringBytes.map { String(decoding: $0, as: UTF8.self) } }

  /// A bare word: an enumeration's value, `true`, `inf`; no sign.
  package var identifier: String? {
    guard node.kind == .scalar, let first = document.bytes[valueRange].first, first.isLetter else {
      return nil
    }
    return literal
  }

  /// The value as a number, whatever way it is written.
  package var number: Double? { node.kind == .scalar ? TextNumbers.number(literal) : nil }

  /// The value as a whole number that fits.
  package var integer: Int? { node.kind == .scalar ? TextNumbers.integer(literal) : nil }

  /// The value as a boolean, in all the spellings protobuf takes.
  package var bool: Bool? {
    guard node.kind == .scalar else { return nil }
    switch literal {
    case "true", "True", "t", "1": return true
    case "false", "False", "f", "0": return false
    default: return TextNumbers.integer(literal).flatMap { $0 == 0 ? false : $0 == 1 ? true : nil }
    }
  }
}

/// Protobuf's string literals.
enum TextStrings {
  /// The bytes that literals in a row stand for; they have been found well-formed by the parser.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      let quote = text[index]
      index += 1
      if quote == UInt8(ascii: "#") {
        // A comment between two literals.
        while index < text.endIndex, text[index] != UInt8(ascii: "\n") { index += 1 }
      }
      guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { continue }
      while index < text.endIndex, text[index] != quote {
        if text[index] == UInt8(ascii: "\\") {
          index += 1
          decodeEscape(text, &index, &result)
        } else {
          result.append(text[index])
          index += 1
        }
      }
      index += 1
    }
    return result
  }

  private static func decodeEscape(_ text: ArraySlice<UInt8>, _ index: inout Int, _ result: inout [UInt8]) {
    func digits(_ radix: UInt32, atMost count: Int) -> UInt32 {
      var value: UInt32 = 0
      var read = 0
      while read < count, index < text.endIndex, let digit = text[index].digitValue, UInt32(digit) < radix {
        value = value &* radix &+ UInt32(digit)
        index += 1
        read += 1
      }
      return value
    }
    guard index < text.endIndex else { return }
    let letter = text[index]
    switch letter {
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      result.append(UInt8(truncatingIfNeeded: digits(8, atMost: 3)))
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      index += 1
      result.append(UInt8(truncatingIfNeeded: digits(16, atMost: 2)))
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      index += 1
      let scalar = Unicode.Scalar(digits(16, atMost: letter == UInt8(ascii: "u") ? 4 : 8)) ?? "\u{FFFD}"
      result.append(contentsOf: Array(String(Character(scalar)).utf8))
    default:
      index += 1
      let known: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "a"): 7,
        UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11,
      ]
      result.append(known[letter] ?? letter)
    }
  }

  /// A literal for `string` in the given quotes.
  static func encode(_ string: String, quote: UInt8 = UInt8(ascii: "\"")) -> [UInt8] {
    var result = [quote]
    for byte in string.utf8 {
      switch byte {
      case quote, UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
      case 10: result += Array("\\n".utf8)
      case 13: result += Array("\\r".utf8)
      case 9: result += Array("\\t".utf8)
      case 0..<0x20, 0x7F:
        let octal = String(byte, radix: 8)
        result += Array(("\\" + String(repeating: "0", count: 3 - octal.count) + octal).utf8)
      default: result.append(byte)
      }
    }
    return result + [quote]
  }
}

/// Protobuf's numbers.
enum TextNumbers {
  private static func unsigned(_ literal: String) -> (isNegative: Bool, rest: String) {
    guard literal.utf8.first == UInt8(ascii: "-") else { return (false, literal) }
    // White space and comments may stand behind the sign.
    var rest = literal.dropFirst()
    while let first = rest.first, first == "#" || first.isWhitespace {
      rest = first == "#" ? rest.drop { !$0.isNewline } : rest.dropFirst()
    }
    return (true, String(rest))
  }

  /// Decimal, hexadecimal or octal.
  static func integer(_ literal: String) -> Int? {
    let (isNegative, digits) = unsigned(literal)
    let magnitude: UInt64?
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
      magnitude = UInt64(digits.dropFirst(2), radix: 16)
    } else if digits.hasPrefix("0"), digits.utf8.count > 1 {
      magnitude = UInt64(digits.dropFirst(), radix: 8)
    } else {
      magnitude = UInt64(digits)
    }
    guard let magnitude else { return nil }
    if isNegative { return magnitude <= UInt64(Int.max) + 1 ? Int(truncatingIfNeeded: 0 &- magnitude) : nil }
    return Int(exactly: magnitude)
  }

  /// Whole numbers, `1.5`, `.5`, `1.`, `1e-5`, `1f`, `inf`, `nan`, with or without a minus sign.
  static func number(_ literal: String) -> Double? {
    if let integer = integer(literal) { return Double(integer) }
    let (isNegative, rest) = unsigned(literal)
    var digits = rest
    let magnitude: Double?
    switch digits.lowercased() {
    case "inf", "infinity", "inff", "infinityf": magnitude = .infinity
    case "nan", "nanf": magnitude = .nan
    default:
      guard let first = digits.utf8.first, first.isDigit || first == UInt8(ascii: ".") else { return nil }
      // 089 is an octal number gone wrong, not a decimal one.
      if first == UInt8(ascii: "0"), digits.utf8.count > 1, digits.utf8.allSatisfy(\.isDigit) { return nil }
      if digits.hasSuffix("f") || digits.hasSuffix("F"), !digits.lowercased().hasPrefix("0x") {
        digits.removeLast()
      }
      if digits.hasPrefix(".") { digits = "0" + digits }
      magnitude = Double(digits.replacingBareDot)
    }
    return magnitude.map { isNegative ? -$0 : $0 }
  }
}

extension String {
  /// `1.` and `1.e5` with a digit behind the point, as Swift's parser wants it.
  fileprivate var replacingBareDot: String {
    guard let dot = firstIndex(of: ".") else { return self }
    let after = index(after: dot)
    if after < endIndex, self[after].isNumber { return self }
    return String(self[..<after]) + "0" + String(self[after...])
  }
}

extension UInt8 {
  var isDigit: Bool { self >= 48 && self <= 57 }
  var isLetter: Bool { (self | 0x20) >= 97 && (self | 0x20) <= 122 || self == 95 }
  /// 0…9, a…f as 10…15.
  var digitValue: UInt8? {
    if isDigit { return self - 48 }
    let lower = self | 0x20
    return lower >= 97 && lower <= 102 ? lower - 87 : nil
  }
}
