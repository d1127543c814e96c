/// Encodes fields into bytes.
package struct WireEncoder: Sendable {
  /// What was encoded so far.
  package private(set) var bytes: [UInt8] = []

  /// An encoder with nothing encoded.
  package init() {}

  /// A base-128 number without a tag.
  package mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// A tag.
  package mutating func tag(_ field: Int, _ type: WireType) {
    varint(UInt64(field) << 3 | UInt64(type.rawValue))
  }

  /// The tag and length of a field of `byteCount` bytes, which are to follow.
  package mutating func header(_ field: Int, byteCount: Int) {
    tag(field, .bytes)
    varint(UInt64(byteCount))
  }

  /// A whole field.
  package mutating func field(_ field: Int, _ value: WireValue) {
    switch value {
    case .varint(let number):
      tag(field, .varint)
      varint(number)
    case .fixed32(let bits):
      tag(field, .fixed32)
      withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
    case .fixed64(let bits):
      tag(field, .fixed64)
      withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
    case .bytes(let content):
      header(field, byteCount: content.count)
      bytes.append(contentsOf: content)
    }
  }

  /// Bytes as they are.
  package mutating func raw(_ content: some Sequence<UInt8>) { bytes.append(contentsOf: content) }
}
