// The names of FoundationEssentials that swift-argument-parser uses. The release binary is built with
// `-module-alias FoundationEssentials=SmallFoundation` (Makefile), so that the parser imports this module under that name: all of
// FoundationEssentials would make up a sixth of the binary, for the JSON of `--experimental-dump-help`.

internal import JSON

/// An error that words itself; none of caffold's does so by this protocol.
public protocol LocalizedError: Error {
  /// The sentence.
  var errorDescription: String? { get }
}

/// What an encoder makes.
public struct Data: Sendable {
  let bytes: [UInt8]
}

extension String {
  /// An encoding of text.
  public struct Encoding: Sendable {
    /// UTF-8, the only one that is wanted.
    public static let utf8 = Encoding()
  }

  /// The text that `data` holds.
  public init?(data: Data, encoding: Encoding) {
    self.init(decoding: data.bytes, as: UTF8.self)
  }
}

/// Writes a value as JSON. Keys are sorted and lines indented, whatever `outputFormatting` says.
public final class JSONEncoder {
  /// What the text looks like.
  public struct OutputFormatting: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt

    /// Makes a set of these bits.
    public init(rawValue: UInt) { self.rawValue = rawValue }

    /// Lines are indented.
    public static let prettyPrinted = OutputFormatting(rawValue: 1)
    /// The keys of objects are sorted.
    public static let sortedKeys = OutputFormatting(rawValue: 2)
  }

  /// What the text looks like.
  public var outputFormatting: OutputFormatting = []

  /// An encoder.
  public init() {}

  /// The JSON of a value.
  ///
  /// - Throws: what the value's own `encode(to:)` throws.
  public func encode<Value: Encodable>(_ value: Value) throws -> Data {
    let tree = EncodedTree()
    var container = tree.singleValueContainer()
    try container.encode(value)
    return Data(bytes: Array(tree.value.text.utf8))
  }
}
