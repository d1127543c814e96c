import Glibc

/// A name from a file of Caffe's: bytes, in whatever encoding the author of the net had.
///
/// Protobuf compares names byte by byte, and so does this type. A `String` does not: it takes `é` written as one scalar and
/// as two for the same text, and it turns every byte that is not UTF-8 into the same replacement character. The field
/// values and expressions that names pass through have this type too.
public struct Name: Sendable {
  /// Nearly all names are UTF-8; a short one of these needs no memory of its own.
  private enum Storage {
    case text(String)
    /// Never valid UTF-8.
    case bytes([UInt8])
  }

  private let storage: Storage

  /// The name whose bytes are the text's UTF-8.
  public init(_ text: String) { storage = .text(text) }

  /// The name of these bytes.
  public init(bytes: some Collection<UInt8>) {
    let array = Array(bytes)
    if let text = array.withUnsafeBufferPointer({ String(validating: $0, as: UTF8.self) }) {
      storage = .text(text)
    } else {
      storage = .bytes(array)
    }
  }

  /// The name as text; nil where it is not UTF-8.
  public var text: String? {
    if case .text(let text) = storage { return text }
    return nil
  }

  /// The bytes.
  public var bytes: [UInt8] {
    switch storage {
    case .text(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    }
  }

  /// Whether it has no bytes: the name of a layer whose file gives none.
  public var isEmpty: Bool {
    if case .text(let text) = storage { return text.isEmpty }
    return false
  }

  /// How many characters it has: the Unicode scalars of a text, the bytes of anything else.
  public var characterCount: Int {
    switch storage {
    case .text(let text): text.unicodeScalars.count
    case .bytes(let bytes): bytes.count
    }
  }

  /// Calls `body` with the bytes, which must not escape.
  public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    switch storage {
    case .text(var text): text.withUTF8(body)
    case .bytes(let bytes): bytes.withUnsafeBufferPointer(body)
    }
  }

  /// The bytes of one name and those of another behind them.
  public static func + (a: Name, b: Name) -> Name {
    if let head = a.text, let tail = b.text { return Name(head + tail) }
    return Name(bytes: a.bytes + b.bytes)
  }
}

extension Name: Hashable {
  /// Whether the bytes are the same.
  public static func == (a: Name, b: Name) -> Bool {
    a.withBytes { a in
      b.withBytes { b in
        a.count == b.count && (a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0)
      }
    }
  }

  /// Feeds the bytes.
  public func hash(into hasher: inout Hasher) {
    withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    // No UTF-8 has this byte: runs of names that are cut elsewhere hash differently.
    hasher.combine(0xFF as UInt8)
  }
}

extension Name: Comparable {
  /// The order of the bytes.
  public static func < (a: Name, b: Name) -> Bool {
    a.withBytes { a in b.withBytes { b in a.lexicographicallyPrecedes(b) } }
  }
}

extension Name: ExpressibleByStringLiteral {
  /// The name whose bytes are the literal's UTF-8.
  public init(stringLiteral text: String) { self.init(text) }
}

extension Name {
  /// The name in Unicode, one text for each name: a backslash is doubled, and a byte beyond ASCII of a name that is not
  /// UTF-8 is written as a definition writes it, `\276`.
  ///
  /// Nearly all names are their own escaped form.
  public var escaped: String {
    if let text, !text.utf8.contains(UInt8(ascii: "\\")) { return text }
    let isText = text != nil
    var shown: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\\"): shown += [byte, byte]
      case 0x80... where !isText:
        shown += [UInt8(ascii: "\\"), 48 + byte >> 6, 48 + (byte >> 3) & 7, 48 + byte & 7]
      default: shown.append(byte)
      }
    }
    return String(decoding: shown, as: UTF8.self)
  }

  /// The name that is written so; nil for escapes that `escaped` does not write.
  public init?(escaped shown: String) {
    var bytes: [UInt8] = []
    var rest = Array(shown.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      if rest.first == byte {
        bytes.append(rest.removeFirst())
        continue
      }
      let digits = String(decoding: rest.prefix(3), as: UTF8.self)
      guard let value = UInt8(digits, radix: 8), value >= 0x80 else { return nil }
      bytes.append(value)
      rest.removeFirst(3)
    }
    self.init(bytes: bytes)
  }
}

extension Name: CustomStringConvertible {
  /// The name for people: its text, or its escaped form where it is not UTF-8.
  ///
  /// For messages and reports only: two names can look the same. The console makes control characters harmless.
  public var description: String { text ?? escaped }
}
