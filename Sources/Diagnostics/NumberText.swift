/// Numbers as people read them.
package enum NumberText {
  /// `0.98`, `11`, `1.2e-5`: two digits, enough to judge a difference by; powers of ten below 0.01 and from 10,000 on.
  package static func brief(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : "inf" }
    guard value != 0 else { return "0" }
    let size = value.magnitude
    if size >= 0.00995, size < 9999.5 {
      return decimal(value, digits: size < 0.0995 ? 3 : size < 0.995 ? 2 : size < 9.95 ? 1 : 0)
    }
    var exponent = 0
    var digits = size
    while digits >= 9.95 {
      digits /= 10
      exponent += 1
    }
    while digits < 0.995 {
      digits *= 10
      exponent -= 1
    }
    let text = "\(value < 0 ? "-" : "")\(decimal(digits, digits: 1))"
    return exponent == 0 ? text : "\(text)e\(exponent)"
  }

  /// A number with so many digits behind the point.
  package static func decimal(_ value: Double, digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let rounded = (value * scale).rounded()
    guard rounded.magnitude < 1e15 else { return String(value) }
    let whole = Int(rounded)
    guard digits > 0 else { return String(whole) }
    var text = String(whole.magnitude)
    while text.count <= digits { text = "0" + text }
    text.insert(".", at: text.index(text.endIndex, offsetBy: -digits))
    return whole < 0 ? "-" + text : text
  }
}
