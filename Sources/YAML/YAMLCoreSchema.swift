/// What a scalar means under the core schema of YAML 1.2 (specification 1.2.2, chapter 10.3).
enum YAMLCoreValue: Sendable, Equatable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)

  /// What a plain scalar means: `null ~`, `true false`, `12 0o14 0xC`, `1.5 1e-5 .inf .nan`, else a string.
  ///
  /// A whole number too large for an `Int` is a number.
  init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .boolean(true)
    case "false", "False", "FALSE": self = .boolean(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .number(.infinity)
    case "-.inf", "-.Inf", "-.INF": self = .number(-.infinity)
    case ".nan", ".NaN", ".NAN": self = .number(.nan)
    default: self = YAMLCoreValue(numeric: text) ?? .string(text)
    }
  }

  private init?(numeric text: String) {
    let bytes = Array(text.utf8)
    if bytes.starts(with: Array("0o".utf8)) || bytes.starts(with: Array("0x".utf8)) {
      let radix = bytes[1] == UInt8(ascii: "o") ? 8 : 16
      let digits = text.dropFirst(2)
      // `Int` would accept a sign here.
      guard let first = digits.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+"),
        let value = Int(digits, radix: radix)
      else { return nil }
      self = .integer(value)
      return
    }
    guard let form = YAMLCoreValue.decimalForm(bytes) else { return nil }
    if form == .whole, let value = Int(text) {
      self = .integer(value)
    } else if let value = Double(text) {
      self = .number(value)
    } else {
      return nil
    }
  }

  private enum DecimalForm { case whole, fraction }

  /// Whether the bytes are `[-+]?[0-9]+` or `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
  private static func decimalForm(_ bytes: [UInt8]) -> DecimalForm? {
    var index = 0
    func peek(_ choices: String) -> Bool { index < bytes.count && choices.utf8.contains(bytes[index]) }
    func digits() -> Int {
      let start = index
      while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
      return index - start
    }
    if peek("+-") { index += 1 }
    let whole = digits()
    if index == bytes.count { return whole > 0 ? .whole : nil }
    if peek(".") {
      index += 1
      guard digits() > 0 || whole > 0 else { return nil }
    } else if whole == 0 {
      return nil
    }
    if peek("eE") {
      index += 1
      if peek("+-") { index += 1 }
      guard digits() > 0 else { return nil }
    }
    return index == bytes.count ? .fraction : nil
  }
}
