import CaffeIO

/// A message of a model while it is put together: bytes, and sources that are read when the file is written.
///
/// Fields are added in the order of their numbers, so that a file has the bytes that protobuf itself would write.
struct OnnxMessage {
  /// What stands before `open`, where sources are among it.
  private var done = OutputPieces()
  private var open = WireEncoder()

  /// Sources of at most so many bytes that are in memory anyway are copied; others are read when they are written.
  private static let mostCopied = 4096

  var byteCount: Int { done.byteCount + open.bytes.count }

  /// All of it.
  var pieces: OutputPieces {
    var pieces = done
    pieces.add(open.bytes)
    return pieces
  }

  /// An integer, zero as well.
  mutating func integer(_ field: Int, _ value: Int) { open.field(field, .int(value)) }

  /// Bytes, none as well.
  mutating func bytes(_ field: Int, _ bytes: [UInt8]) { open.field(field, .bytes(bytes)) }

  /// A float.
  mutating func float(_ field: Int, _ value: Float) { open.field(field, .float(value)) }

  /// A text, an empty one as well.
  mutating func text(_ field: Int, _ text: String) {
    open.header(field, byteCount: text.utf8.count)
    open.raw(text.utf8)
  }

  /// A text unless it is empty.
  mutating func optionalText(_ field: Int, _ text: String) {
    if !text.isEmpty { self.text(field, text) }
  }

  /// Named texts.
  mutating func entries(_ field: Int, _ entries: [(String, String)]) {
    for (key, value) in entries {
      var entry = OnnxMessage()
      entry.text(OnnxField.Entry.key, key)
      entry.text(OnnxField.Entry.value, value)
      message(field, entry)
    }
  }

  /// A message.
  mutating func message(_ field: Int, _ message: OnnxMessage) {
    open.header(field, byteCount: message.byteCount)
    if message.done.byteCount > 0 {
      close()
      done.add(message.done)
    }
    open.raw(message.open.bytes)
  }

  /// Bytes of a source, none as well.
  mutating func source(_ field: Int, _ source: any ByteSource) {
    open.header(field, byteCount: source.byteCount)
    if let held = source as? HeldBytes, held.byteCount <= Self.mostCopied {
      open.raw(held.bytes)
    } else {
      close()
      done.add(source)
    }
  }

  private mutating func close() {
    done.add(open.bytes)
    open = WireEncoder()
  }
}
