extension String {
  /// Whether `part` occurs in the string, byte for byte. The standard library's search does far more than that, and
  /// is asked once for every layer of a net.
  func containsText(_ part: StaticString) -> Bool {
    let length = part.utf8CodeUnitCount
    var text = self
    return text.withUTF8 { text in
      guard length <= text.count else { return false }
      return (0...text.count - length).contains { start in
        (0..<length).allSatisfy { text[start + $0] == part.utf8Start[$0] }
      }
    }
  }
}
