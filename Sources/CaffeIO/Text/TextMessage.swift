/// The fields of a message, or of the whole text: a view, cheap to make and to copy.
package struct TextMessage: Sendable {
  let storage: TextStorage
  /// The node of the message; `TextNode.none` for the whole text.
  let index: UInt32

  /// The fields in order; `[a, b]` counts as one field for each element.
  package var fields: TextFields { TextFields(message: self) }

  /// The first field of a name.
  package func first(_ name: String) -> TextField? { fields.first { $0.isNamed(name) } }

  /// The last field of a name: the one that counts where a field may occur once.
  package func last(_ name: String) -> TextField? {
    var found: TextField?
    for field in fields where field.isNamed(name) { found = field }
    return found
  }

  /// All fields of a name, in order.
  package func all(_ name: String) -> [TextField] { fields.filter { $0.isNamed(name) } }

  /// Whether there is a field of that name.
  package func contains(_ name: String) -> Bool { first(name) != nil }

  /// The brackets and what is between them, as byte offsets; nil for the whole text.
  package var bracketedRange: Range<Int>? {
    index == TextNode.none ? nil : storage.nodes[Int(index)].valueRange
  }
}

/// The fields of a message in order.
package struct TextFields: Sequence, Sendable {
  let message: TextMessage

  /// Walks the fields; a list is entered, its elements come one by one.
  package struct Iterator: IteratorProtocol {
    private let storage: TextStorage
    private let parent: UInt32
    private let end: UInt32
    private var index: UInt32
    private var list = TextNode.none
    private var listEnd: UInt32 = 0

    init(_ message: TextMessage) {
      storage = message.storage
      parent = message.index
      let isRoot = parent == TextNode.none
      index = isRoot ? 0 : parent + 1
      end = isRoot ? UInt32(storage.nodes.count) : storage.nodes[Int(parent)].next
    }

    /// The next field.
    package mutating func next() -> TextField? {
      while index < end {
        let node = storage.nodes[Int(index)]
        if list != TextNode.none, index >= listEnd { list = TextNode.none }
        if list == TextNode.none, storage.bytes[Int(node.valueStart)] == UInt8(ascii: "[") {
          list = index
          listEnd = node.next
          index += 1
          continue
        }
        defer { index = node.next }
        return TextField(storage: storage, index: index, list: list, parent: parent)
      }
      return nil
    }
  }

  /// Begins at the first field.
  package func makeIterator() -> Iterator { Iterator(message) }
}
