import CaffeIO
import Diagnostics

/// Names of files for things that have names of their own, such as layers and blobs.
///
/// Different names get different file names, and none leads out of its folder: all that is not a letter, a digit or one of
/// `-_.+=@,()[]` is written as `%` and two hexadecimal digits, as in a URL; letters beyond ASCII stay.
enum FileNames {
  /// What file systems take for a name, less what may stand behind it.
  private static let longest = 200

  /// The name of a file without its extension.
  static func escaped(_ name: Name) -> String {
    guard !name.isEmpty else { return "%" }
    guard let text = name.text else { return shortened(name.bytes.map(escaped).joined(), name) }
    var result = ""
    for scalar in text.unicodeScalars {
      let isPlain =
        scalar.value < 0x80
        ? plain.contains(scalar) : scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      // A hidden file, or the folder itself, begins with a dot.
      if isPlain, scalar != "." || !result.isEmpty {
        result.unicodeScalars.append(scalar)
      } else {
        result += String(scalar).utf8.map(escaped).joined()
      }
    }
    return shortened(result, name)
  }

  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+=@,()[]".unicodeScalars)

  private static func escaped(_ byte: UInt8) -> String {
    let scalar = Unicode.Scalar(byte)
    if byte < 0x80, plain.contains(scalar), scalar != "." { return String(scalar) }
    let digits = String(byte, radix: 16, uppercase: true)
    return "%" + (digits.count == 1 ? "0" : "") + digits
  }

  /// A long name is cut, and told from others by its digest behind a `~`, which no other name has.
  private static func shortened(_ text: String, _ name: Name) -> String {
    guard text.utf8.count > longest else { return text }
    var head = ""
    for character in text {
      guard head.utf8.count + String(character).utf8.count <= longest - 17 else { break }
      head.append(character)
    }
    return head + "~" + SHA256.digest(of: name.bytes).prefix(16)
  }
}
