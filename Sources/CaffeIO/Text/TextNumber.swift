/// The numbers of protobuf's text format, read from the bytes of a scalar that the parser has passed.
enum TextNumber {
  /// Whether a word is one of those that stand for a number: `inf`, `infinity`, `nan`, in any case.
  static func isSpecial(_ word: some Collection<UInt8>) -> Bool { special(word) != nil }

  /// The number, if it is one.
  static func double(_ text: ArraySlice<UInt8>) -> Double? {
    let (isNegative, digits) = split(text)
    guard let first = digits.first else { return nil }
    let magnitude: Double
    if !first.isDigit, first != UInt8(ascii: ".") {
      guard let word = special(digits) else { return nil }
      magnitude = word
    } else if let (radix, significant) = prefixed(digits) {
      // Hexadecimal and octal numbers of any length.
      magnitude = significant.reduce(0) { $0 * Double(radix) + Double($1.hexValue ?? 0) }
    } else {
      guard let decimal = decimal(digits) else { return nil }
      magnitude = decimal
    }
    return isNegative ? -magnitude : magnitude
  }

  /// The whole number, if it is written as one and fits.
  static func integer(_ text: ArraySlice<UInt8>) -> Int? {
    let (isNegative, digits) = split(text)
    let (radix, significant) = prefixed(digits) ?? (10, digits)
    guard !significant.isEmpty else { return nil }
    var value = 0
    for byte in significant {
      guard let digit = byte.hexValue, digit < radix else { return nil }
      let (scaled, isTooLarge) = value.multipliedReportingOverflow(by: Int(radix))
      let (sum, overflows) =
        isNegative
        ? scaled.subtractingReportingOverflow(Int(digit)) : scaled.addingReportingOverflow(Int(digit))
      guard !isTooLarge, !overflows else { return nil }
      value = sum
    }
    return value
  }

  /// Takes off the sign and what stands behind it: blanks, even comments.
  private static func split(_ text: ArraySlice<UInt8>) -> (isNegative: Bool, digits: ArraySlice<UInt8>) {
    guard text.first == UInt8(ascii: "-") else { return (false, text) }
    var rest = text.dropFirst()
    while let byte = rest.first, byte.isTextSpace || byte == UInt8(ascii: "#") {
      rest = byte == UInt8(ascii: "#") ? rest.drop { $0 != 0x0A } : rest.dropFirst()
    }
    return (true, rest)
  }

  /// The radix and digits of `0x1F` or `017`; nil for a decimal number.
  private static func prefixed(_ digits: ArraySlice<UInt8>) -> (radix: UInt8, digits: ArraySlice<UInt8>)? {
    guard digits.count > 1, digits.first == UInt8(ascii: "0") else { return nil }
    let second = digits[digits.startIndex + 1]
    if second | 0x20 == UInt8(ascii: "x") { return (16, digits.dropFirst(2)) }
    return second.isDigit ? (8, digits.dropFirst()) : nil
  }

  /// Swift's parser wants a digit on both sides of the point and no `f`.
  private static func decimal(_ digits: ArraySlice<UInt8>) -> Double? {
    var text = digits
    if let last = text.last, last | 0x20 == UInt8(ascii: "f") { text.removeLast() }
    if let value = Double(String(decoding: text, as: UTF8.self)) { return value }
    guard let point = text.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    let whole = [UInt8(ascii: "0")] + text[..<point]
    let rest = text[(point + 1)...]
    let fraction = rest.first?.isDigit == true ? Array(rest) : [UInt8(ascii: "0")] + rest
    return Double(String(decoding: whole + [UInt8(ascii: ".")] + fraction, as: UTF8.self))
  }

  private static func special(_ word: some Collection<UInt8>) -> Double? {
    // The longest is `infinity`.
    guard word.count <= 8 else { return nil }
    switch String(decoding: word.map { $0 | 0x20 }, as: UTF8.self) {
    case "inf", "infinity": return .infinity
    case "nan": return .nan
    default: return nil
    }
  }
}
