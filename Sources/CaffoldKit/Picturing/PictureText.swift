import Diagnostics

/// The words in the boxes of a picture.
///
/// Names come from files that anybody may have made. What has no picture of its own, or turns the order of the text around it, is
/// written as an escape, so that a name shows what it is and no format that it is put into breaks.
enum PictureText {
  /// `fc6`, `a\x{202E}b`.
  static func shown(_ name: Name) -> String { shown(name.description) }

  /// As above, for a text.
  static func shown(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isHidden(scalar) {
        result += "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    if (0x20..<0x7F).contains(scalar.value) { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return true
    default: return false
    }
  }

  /// `1×64×56×56`; empty where it is not known.
  static func shape(_ shape: [Int]?) -> String {
    guard let shape else { return "" }
    return shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
  }

  /// The longest line of a box, in columns; longer names lose their middle.
  private static let width = 30

  /// The lines of a box: the name, and what it is.
  static func lines(_ box: NetPicture.Box, of picture: NetPicture) -> [String] {
    func short(_ text: String) -> String { TextWidth.shortened(text, to: width) }
    switch box {
    case .layer(let place):
      let layer = picture.layers[place]
      let shape = shape(layer.tops.first?.shape)
      let type = TextWidth.shortened(shown(layer.type), to: max(8, width - shape.count))
      return [short(shown(layer.name)), shape.isEmpty ? type : "\(type)  \(shape)"]
    case .input(let value), .output(let value):
      let shape = shape(value.shape)
      return [short(shown(value.name)) + (shape.isEmpty ? "" : "  \(shape)")]
    }
  }
}
