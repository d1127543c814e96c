extension String {
  /// The text with `\x1B` and `\x{202E}` in the place of what has no picture of its own or turns the order of the text around it.
  ///
  /// Names come from files that anybody may have made. So written they command no terminal, break no table and show what they are.
  ///
  /// - Parameter keepsLines: whether line feeds and tabs stay.
  package func visible(keepsLines: Bool = false) -> String {
    func isHidden(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.value {
      case 0x09, 0x0A: return !keepsLines
      case 0x20..<0x7F: return false
      default: break
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return true
      default: return false
      }
    }
    guard unicodeScalars.contains(where: isHidden) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      guard isHidden(scalar) else {
        text.unicodeScalars.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16, uppercase: true)
      text += scalar.value > 0xFF ? "\\x{\(digits)}" : "\\x\(digits.count == 1 ? "0" : "")\(digits)"
    }
    return text
  }
}
