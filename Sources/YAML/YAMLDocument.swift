import Diagnostics

/// How much of a YAML file is accepted before it is refused.
package struct YAMLLimits: Sendable {
  /// The size of the file in bytes; 8 MiB unless said otherwise.
  package var bytes: Int
  /// How deep lists and mappings nest, aliases expanded; 64 unless said otherwise.
  package var depth: Int
  /// How many nodes the document has, aliases expanded; 1,000,000 unless said otherwise.
  package var nodes: Int
  /// The length of one scalar in UTF-8 bytes; 1 MiB unless said otherwise.
  package var scalarLength: Int

  /// Makes limits; each has a default.
  package init(
    bytes: Int = 8 << 20, depth: Int = 64, nodes: Int = 1_000_000, scalarLength: Int = 1 << 20
  ) {
    self.bytes = bytes
    self.depth = depth
    self.nodes = nodes
    self.scalarLength = scalarLength
  }
}

/// A YAML file read whole: one document, aliases expanded, every node with its place.
///
/// `a: [1, x]` becomes a mapping of one entry whose value is a list of the number 1 and the string `x`.
/// Plain scalars follow the core schema of YAML 1.2: `yes`, `no`, `on` and `off` are strings.
package struct YAMLDocument: Sendable {
  /// The file.
  package let source: SourceText
  /// The node that holds all others.
  package let root: YAMLNode

  /// Reads `source`.
  ///
  /// Refused with a place: what is not YAML or not UTF-8, no document or several, a key given twice in one
  /// mapping, an alias without its anchor or inside it, tags beyond the core schema, whatever is above `limits`.
  package init(_ source: SourceText, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) {
    guard source.bytes.count <= limits.bytes else {
      throw YAMLError(.tooLong(bytes: source.bytes.count, limit: limits.bytes), at: source.place(at: 0))
    }
    if let encoding = YAMLDocument.foreignEncoding(source.bytes) {
      throw YAMLError(.notUTF8(encoding: encoding), at: source.place(at: 0))
    }
    let origin = YAMLOrigin(source)
    self.source = source
    self.root = try YAMLEventReader.withEvents(of: origin) { reader throws(YAMLError) in
      var composer = YAMLComposer(reader: reader, origin: origin, limits: limits)
      return try composer.composeDocument()
    }
  }

  /// The name of a Unicode encoding other than UTF-8 that the first bytes give away.
  private static func foreignEncoding(_ bytes: [UInt8]) -> String? {
    let start = Array(bytes.prefix(4))
    if start.starts(with: [0xFF, 0xFE, 0, 0]) || start.starts(with: [0, 0, 0xFE, 0xFF]) { return "UTF-32" }
    if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    // Without a byte-order mark: text begins with ASCII, whose high bytes are zero.
    let zeros = start.count { $0 == 0 }
    if zeros == 3 { return "UTF-32" }
    return start.count >= 2 && zeros * 2 == start.count && (start[0] == 0) != (start[1] == 0) ? "UTF-16" : nil
  }
}
