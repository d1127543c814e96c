import Diagnostics

/// Numbers as people read them.
enum Format {
  /// `27,995`.
  static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return number < 0 ? "-" + result : result
  }

  /// `1 rule`, `2 rules`.
  static func counted(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// `2.41 MB`, `27.9 kB`, `512 B`: decimal units, three digits.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB", "TB"] {
      if value < 999.5 || unit == "TB" {
        if unit == "B" { return "\(count) B" }
        return "\(decimal(value, digits: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)) \(unit)"
      }
      value /= 1000
    }
    return "\(count) B"
  }

  /// `25.6 M`, `3.86 G`, `512`: three digits, and a prefix for powers of 1000.
  static func short(_ number: Int) -> String {
    guard number.magnitude >= 1000 else { return String(number) }
    var value = Double(number)
    for prefix in ["", "k", "M", "G", "T", "P"] {
      // Rounded to three digits a number may reach the next prefix.
      if value.magnitude < 999.5 {
        return
          "\(decimal(value, digits: value.magnitude < 9.995 ? 2 : value.magnitude < 99.95 ? 1 : 0)) \(prefix)"
      }
      value /= 1000
    }
    return "\(decimal(value, digits: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)) E"
  }

  /// `1.2 MiB`, `97.5 MiB`, `230 MiB`, `512 B`: what memory is counted in.
  static func memory(_ byteCount: Int) -> String {
    guard byteCount >= 1024 else { return "\(byteCount) B" }
    var value = Double(byteCount) / 1024
    for unit in ["KiB", "MiB", "GiB", "TiB"] {
      if value < 1023.5 { return "\(decimal(value, digits: value < 99.95 ? 1 : 0)) \(unit)" }
      value /= 1024
    }
    return "\(decimal(value, digits: value < 99.95 ? 1 : 0)) PiB"
  }

  /// `1×3×224×224`; `()` for a single value, `?` for a shape that is not known.
  static func shape(_ shape: [Int]?) -> String {
    guard let shape else { return "?" }
    return shape.isEmpty ? "()" : shape.map(String.init).joined(separator: "×")
  }

  /// A name on one line, whatever it holds.
  static func name(_ name: Name) -> String { name.description.visible() }

  /// `0.1234`, `-12.35`, `1.2e-5`: three digits or four, small and large numbers with a power of ten; `?` for none.
  static func number(_ value: Double?) -> String {
    guard let value else { return "?" }
    let size = value.magnitude
    guard value != 0 else { return "0" }
    guard size >= 0.001, size < 99_999.5 else { return brief(value) }
    if value.rounded() == value { return String(Int(value)) }
    let digits =
      size < 0.01 ? 5 : size < 0.99995 ? 4 : size < 9.9995 ? 3 : size < 99.995 ? 2 : size < 999.95 ? 1 : 0
    return decimal(value, digits: digits)
  }

  /// `0.98`, `11`, `1.2e-5`: two digits, enough to judge a difference by.
  static func brief(_ value: Double) -> String { NumberText.brief(value) }

  /// `'a', 'b', 'c' and 4 more`.
  static func names(_ names: [some CustomStringConvertible]) -> String {
    let shown = names.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }

  /// A number with so many digits behind the point.
  static func decimal(_ value: Double, digits: Int) -> String { NumberText.decimal(value, digits: digits) }
}
