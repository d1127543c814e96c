import Diagnostics

import Glibc

/// One field of a text, or one element of a list, which reads like a field of the list's name: a view, cheap
/// to make and to copy.
package struct TextField: Sendable {
  let storage: TextStorage
  let index: UInt32
  /// The node of the list that this is an element of, else `TextNode.none`.
  let list: UInt32
  /// The node of the message that holds the field; `TextNode.none` for the whole text.
  let parent: UInt32

  var node: TextNode { storage.nodes[Int(index)] }
  private var firstByte: UInt8 { storage.bytes[Int(node.valueStart)] }
  private var isString: Bool { firstByte.isQuote }
  private var isMessage: Bool { firstByte == UInt8(ascii: "{") || firstByte == UInt8(ascii: "<") }

  // MARK: Name

  /// The text that the field stands in.
  package var source: SourceText { storage.source }

  /// The name as written; `[package.name]` for an extension.
  package var name: String { storage.text(nameRange) }

  /// Whether the field has this name; makes no string.
  package func isNamed(_ name: String) -> Bool {
    let bytes = storage.bytes
    let start = nameOffset
    let end = start + name.utf8.count
    guard end > start, end <= bytes.count else { return false }
    // An extension's name ends with its bracket, any other where no letter follows.
    if bytes[start] == UInt8(ascii: "[") {
      guard bytes[end - 1] == UInt8(ascii: "]") else { return false }
    } else if end < bytes.count, bytes[end].isIdentifierByte {
      return false
    }
    return bytes.withUnsafeBufferPointer { bytes in
      let written = UnsafeBufferPointer(rebasing: bytes[start..<end])
      return name.utf8.withContiguousStorageIfAvailable {
        memcmp($0.baseAddress!, written.baseAddress!, $0.count) == 0
      }
        ?? name.utf8.elementsEqual(written)
    }
  }

  /// The bytes of the name; for an element of a list, those of the list's.
  package var nameRange: Range<Int> { TextNode.nameRange(from: nameOffset, in: storage.bytes) }

  /// Where the name begins, as a byte offset.
  package var nameOffset: Int { Int(node.nameStart) }

  // MARK: Value

  /// Where the value begins, as a byte offset.
  package var valueOffset: Int { Int(node.valueStart) }

  /// The bytes of the value, brackets or quotes included.
  package var valueRange: Range<Int> { node.valueRange }

  /// Whether the field is an element of a list `[…]`.
  package var isListElement: Bool { list != TextNode.none }

  /// The value.
  package var value: TextValue { message.map(TextValue.message) ?? (isString ? .string : .scalar) }

  /// The value exactly as written, without what is around it.
  package var literal: String { storage.text(valueRange) }

  /// Whether another field has the same name, and its value the same bytes.
  package func isWritten(like other: TextField) -> Bool {
    name == other.name
      && storage.bytes[valueRange].elementsEqual(other.storage.bytes[other.valueRange])
  }

  /// The value as a message.
  package var message: TextMessage? {
    isMessage ? TextMessage(storage: storage, index: index) : nil
  }

  /// The bytes of a string value, escapes undone, adjacent literals joined.
  package var bytes: [UInt8]? {
    isString ? TextString.decode(storage.bytes[valueRange]) : nil
  }

  /// A string value for a word that Caffe knows, such as a type; what is not UTF-8 in it becomes replacement characters.
  package var string: String? { nameValue.map { $0.text ?? String(decoding: $0.bytes, as: UTF8.self) } }

  /// A string value, byte for byte.
  package var nameValue: Name? {
    guard isString else { return nil }
    let range = valueRange
    // Nearly all strings are one literal without an escape.
    let simple: Name? = storage.bytes.withUnsafeBufferPointer { bytes in
      let inner = UnsafeBufferPointer(rebasing: bytes[range.lowerBound + 1..<range.upperBound - 1])
      let quote = bytes[range.lowerBound]
      for byte in inner where byte == UInt8(ascii: "\\") || byte == quote { return nil }
      return Name(bytes: inner)
    }
    return simple ?? Name(bytes: TextString.decode(storage.bytes[range]))
  }

  /// A bare word without a sign: an enumeration's value, `true`, `inf`.
  package var identifier: String? {
    firstByte.isIdentifierByte && !firstByte.isDigit ? literal : nil
  }

  /// The value as a number, in whatever form it is written: `3`, `-0x1F`, `017`, `1.5f`, `.5`, `-inf`, `nan`.
  package var number: Double? { isString || isMessage ? nil : TextNumber.double(storage.bytes[valueRange]) }

  /// The value as a whole number, if it is written as one and fits.
  package var integer: Int? { isString || isMessage ? nil : TextNumber.integer(storage.bytes[valueRange]) }

  /// The value as a boolean, in all the spellings that protobuf takes.
  package var bool: Bool? {
    switch identifier {
    case "true", "True", "t": return true
    case "false", "False", "f": return false
    case nil: return integer.flatMap { $0 == 0 ? false : $0 == 1 ? true : nil }
    default: return nil
    }
  }
}

/// What kind of value a field has.
package enum TextValue: Sendable {
  /// `{…}` or `<…>`.
  case message(TextMessage)
  /// One or more string literals.
  case string
  /// A number or a bare word.
  case scalar
}
