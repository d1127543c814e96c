import Diagnostics

/// A protobuf text (`.prototxt`) that forgets nothing: its bytes, and where each field lies in them.
///
/// The fields are a flat array in the order of the text, a message's fields right behind it, so that a text
/// of 100 MB costs a few allocations and not millions. No schema is needed: any field name is fine.
package struct TextDocument: Sendable {
  /// The text.
  package let source: SourceText
  let nodes: [TextNode]

  /// Limits on hostile texts.
  package struct Limits: Sendable {
    /// How deep messages may nest; protobuf's own limit is 100.
    package var depth = 100
    /// The largest text, in bytes.
    package var byteCount = Int(UInt32.max) - 1

    /// The defaults.
    package init() {}
  }

  /// Parses `source`.
  ///
  /// - Throws: `TextFormatError` with the place of what is wrong.
  package init(_ source: SourceText, limits: Limits = Limits()) throws(TextFormatError) {
    self.source = source
    nodes = try TextParser.parse(source, limits: limits)
  }

  /// The whole text as a message.
  package var root: TextMessage { TextMessage(document: self, first: 0, end: nodes.count) }

  var bytes: [UInt8] { source.bytes }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

/// One field of the text; all positions are byte offsets.
struct TextNode: Sendable {
  enum Kind: UInt8, Sendable {
    /// One or more string literals in a row.
    case string
    /// A number or word, perhaps with a minus sign.
    case scalar
    /// `{ … }` or `< … >`.
    case message
    /// `[ … ]`; its elements are nodes without a name.
    case list
  }

  var nameStart: UInt32
  var nameEnd: UInt32
  var valueStart: UInt32
  /// Behind the value, closing bracket included.
  var valueEnd: UInt32
  /// Index of the first node that is not inside this one.
  var next: UInt32
  var kind: Kind
}

/// The fields of a message or of the whole text: a view, cheap to make and to copy.
package struct TextMessage: Sendable {
  let document: TextDocument
  let first: Int
  let end: Int
  /// The brackets and what is between them; nil for the whole text.
  var bracketed: Range<Int>?

  init(document: TextDocument, first: Int, end: Int, bracketed: Range<Int>? = nil) {
    self.document = document
    self.first = first
    self.end = end
    self.bracketed = bracketed
  }

  /// The fields in order; `[a, b]` counts as a field for each element.
  package var fields: TextFields { TextFields(message: self) }

  /// The last field of a name: the one that counts where a field may occur once.
  package func last(_ name: String) -> TextField? {
    var found: TextField?
    for field in fields where field.isNamed(name) { found = field }
    return found
  }

  /// All fields of a name, in order.
  package func all(_ name: String) -> [TextField] { fields.filter { $0.isNamed(name) } }

  /// Whether there is a field of that name.
  package func contains(_ name: String) -> Bool { fields.contains { $0.isNamed(name) } }
}

/// The fields of a message in order.
package struct TextFields: Sequence, Sendable {
  let message: TextMessage

  /// Iterates the fields.
  package struct Iterator: IteratorProtocol {
    let document: TextDocument
    let end: Int
    var index: Int
    var list: Int?
    var listEnd = 0

    /// The next field.
    package mutating func next() -> TextField? {
      let nodes = document.nodes
      while true {
        if index == listEnd { list = nil }
        guard index < end else { return nil }
        let node = nodes[index]
        if node.kind == .list, list == nil {
          list = index
          listEnd = Int(node.next)
          index += 1
          continue
        }
        defer { index = Int(node.next) }
        return TextField(document: document, index: index, list: list)
      }
    }
  }

  /// Begins at the first field.
  package func makeIterator() -> Iterator {
    Iterator(document: message.document, end: message.end, index: message.first, listEnd: -1)
  }
}
