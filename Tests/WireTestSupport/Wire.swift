/// A tiny encoder of the wire format, written for tests and apart from the one under test.
public enum Wire {
  /// A base-128 number; `pad` adds needless continuation bytes.
  public static func varint(_ value: UInt64, pad: Int = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    repeat {
      bytes.append(UInt8(rest % 128) + 128)
      rest /= 128
    } while rest > 0
    bytes += Array(repeating: 0x80, count: pad)
    bytes[bytes.count - 1] -= 128
    return bytes
  }

  /// A tag.
  public static func tag(_ field: Int, _ type: Int) -> [UInt8] { varint(UInt64(field * 8 + type)) }

  /// A number.
  public static func number(_ field: Int, _ value: Int) -> [UInt8] {
    tag(field, 0) + varint(UInt64(bitPattern: Int64(value)))
  }

  /// Bytes with a length.
  public static func bytes(_ field: Int, _ content: [UInt8]) -> [UInt8] {
    tag(field, 2) + varint(UInt64(content.count)) + content
  }

  /// A string.
  public static func string(_ field: Int, _ text: String) -> [UInt8] { bytes(field, Array(text.utf8)) }

  /// A message of parts.
  public static func message(_ field: Int, _ parts: [UInt8]...) -> [UInt8] {
    bytes(field, parts.flatMap { $0 })
  }

  /// Little-endian bytes of a fixed-width integer.
  public static func fixed(_ bits: some FixedWidthInteger) -> [UInt8] {
    (0..<bits.bitWidth / 8).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
  }

  /// Little-endian floats.
  public static func floats(_ values: [Float]) -> [UInt8] { values.flatMap { fixed($0.bitPattern) } }
  /// Little-endian doubles.
  public static func doubles(_ values: [Double]) -> [UInt8] { values.flatMap { fixed($0.bitPattern) } }
  /// Little-endian half-precision floats.
  public static func halves(_ values: [Float16]) -> [UInt8] { values.flatMap { fixed($0.bitPattern) } }

  /// `BlobShape` as field 7, packed as Caffe writes it.
  public static func shape(_ dimensions: [Int]) -> [UInt8] {
    message(7, bytes(1, dimensions.flatMap { varint(UInt64(bitPattern: Int64($0))) }))
  }

  /// The four legacy dimensions.
  public static func legacyShape(_ dimensions: [Int]) -> [UInt8] {
    zip(1...4, dimensions).flatMap { number($0, $1) }
  }

  /// A packed float `BlobProto` body.
  public static func blob(_ values: [Float], _ dimensions: [Int]) -> [UInt8] {
    bytes(5, floats(values)) + shape(dimensions)
  }

  /// A V2 layer as field 100 of a net.
  public static func layer(_ name: String, _ type: String, blobs: [[UInt8]] = [], _ more: [UInt8] = [])
    -> [UInt8]
  {
    message(100, string(1, name), string(2, type), blobs.flatMap { bytes(7, $0) }, more)
  }
}
