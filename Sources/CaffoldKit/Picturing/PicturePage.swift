import JSON

/// The page: one file that needs no other and no network, with the facts as JSON in it.
enum PicturePage {
  /// The whole page.
  ///
  /// - Parameters:
  ///   - title: what it is about.
  ///   - remark: why there is no picture; nil where there is one.
  static func text(
    title: String, command: String, nets: [JSONValue], _ members: [(String, JSONValue)] = [],
    remark: String?
  ) -> [UInt8] {
    let data = JSONValue.object(
      [
        ("caffold", .object([("version", .string(Caffold.version))])), ("command", .string(command)),
        ("title", .string(title)), ("remark", remark.map(JSONValue.string) ?? .null),
        ("nets", .array(nets)),
      ] + members)
    let parts = embeddedPage.split(separator: "@DATA@", maxSplits: 1)
    return Array(parts[0].utf8) + escaped(data.compactText) + Array(parts[1].utf8)
  }

  /// JSON as it may stand in a page: a `<` of a string could end the element that holds it, or begin a comment.
  private static func escaped(_ json: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(json.utf8.count)
    for byte in json.utf8 {
      if byte == UInt8(ascii: "<") { bytes += Array("\\u003c".utf8) } else { bytes.append(byte) }
    }
    return bytes
  }
}
