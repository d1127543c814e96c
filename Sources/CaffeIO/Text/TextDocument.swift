import Diagnostics

/// A protobuf text (`.prototxt`) that forgets nothing: its bytes, and where each field lies in them.
///
/// The fields are one flat array in the order of the text, a message's fields right behind the message, 16
/// bytes each. No schema is needed: any field name is fine.
package struct TextDocument: Sendable {
  let storage: TextStorage

  /// Parses `source`.
  ///
  /// - Throws: `TextFormatError` with the place of what is wrong.
  package init(_ source: SourceText, limits: TextLimits = TextLimits()) throws(TextFormatError) {
    storage = TextStorage(source: source, nodes: try TextParser.parse(source, limits: limits))
  }

  /// The text.
  package var source: SourceText { storage.source }

  /// The whole text as a message.
  package var root: TextMessage { TextMessage(storage: storage, index: TextNode.none) }

  /// The bytes of the text.
  package var bytes: [UInt8] { storage.bytes }
}

/// What all views of a document share.
final class TextStorage: Sendable {
  let source: SourceText
  /// Those of `source`, one step nearer: every look at a field goes through here.
  let bytes: [UInt8]
  let nodes: ContiguousArray<TextNode>

  init(source: SourceText, nodes: ContiguousArray<TextNode>) {
    self.source = source
    bytes = source.bytes
    self.nodes = nodes
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

/// One field, or one element of a list, by byte offsets. What kind of value it has shows in its first byte,
/// and where the name ends shows in the text, so neither is stored.
struct TextNode: Sendable {
  /// Stands for no node: the whole text as a parent, no list.
  static let none = UInt32.max

  var nameStart: UInt32
  var valueStart: UInt32
  /// Behind the value, closing bracket included.
  var valueEnd: UInt32
  /// Index of the first node that is not inside of this one.
  var next: UInt32

  var valueRange: Range<Int> { Int(valueStart)..<Int(valueEnd) }

  /// The bytes of the name that begins at `start`.
  static func nameRange(from start: Int, in bytes: some RandomAccessCollection<UInt8>) -> Range<Int> {
    func byte(_ offset: Int) -> UInt8 { bytes[bytes.index(bytes.startIndex, offsetBy: offset)] }
    var end = start
    if byte(start) == UInt8(ascii: "[") {
      while byte(end) != UInt8(ascii: "]") { end += 1 }
      return start..<end + 1
    }
    while end < bytes.count, byte(end).isIdentifierByte { end += 1 }
    return start..<end
  }
}
