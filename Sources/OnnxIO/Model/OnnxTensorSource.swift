import CaffeIO

/// Where the elements of an initializer come from: memory, a file, or a function that computes them.
///
/// They are in the form of a file: row-major, little-endian, those smaller than a byte packed.
package struct OnnxTensorSource: Sendable {
  let bytes: any ByteSource
  /// The elements of a tensor of strings; nil of any other.
  package let strings: [[UInt8]]?

  /// How many bytes the elements take; those of strings together.
  package var byteCount: Int { strings?.reduce(0) { $0 + $1.count } ?? bytes.byteCount }

  /// Takes any source.
  package init(_ bytes: any ByteSource) {
    self.bytes = bytes
    strings = nil
  }

  /// Bytes in memory.
  package static func bytes(_ bytes: [UInt8]) -> OnnxTensorSource { OnnxTensorSource(HeldBytes(bytes)) }

  /// A range of a file, which must lie in it.
  package static func file(_ file: InputFile, _ range: Range<Int>) -> OnnxTensorSource {
    OnnxTensorSource(FileBytes(file, range))
  }

  /// Strings in memory.
  package static func strings(_ strings: [[UInt8]]) -> OnnxTensorSource { OnnxTensorSource(strings: strings) }

  private init(strings: [[UInt8]]) {
    bytes = HeldBytes([])
    self.strings = strings
  }

  /// Numbers that `read` brings to the begin of its buffer when they are written, each rounded once.
  ///
  /// Ranges may be asked for at the same time and more than once, and hold the same numbers each time.
  ///
  /// - Parameter storage: float, double or half.
  /// - Parameter name: the initializer, for messages.
  package static func numbers(
    _ count: Int, as storage: BlobStorage, of name: String,
    _ read: @escaping @Sendable (Range<Int>, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) -> OnnxTensorSource {
    OnnxTensorSource(EncodedNumbers(count: count, storage: storage, name: name, numbers: read))
  }

  /// What a blob is to hold: copied or scaled as it is where it lies together in the number type that is asked for, else each number
  /// converted.
  ///
  /// - Parameter name: the initializer, for messages.
  /// - Throws: `EmissionError` where factors do not fit the blob, `WireFormatError` where its number type is not known.
  package static func blob(
    _ content: BlobContent, of file: WeightsFile, as storage: BlobStorage, name: String
  ) throws -> OnnxTensorSource {
    let subject = WireSubject.named("initializer '\(name)'")
    if content.storage == storage, let bytes = try file.bytes(of: content, subject: subject) {
      return OnnxTensorSource(bytes)
    }
    let reader = try BlobContentReader(file, content, subject: subject)
    return .numbers(content.count, as: storage, of: name) { try reader.read($0, into: $1) }
  }

  /// Fills `buffer` with the bytes from `offset` on; not of strings.
  ///
  /// - Throws: what reading or computing them throws.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(offset >= 0 && offset + buffer.count <= bytes.byteCount)
    guard !buffer.isEmpty else { return }
    let size = bytes.valueSize
    let (first, last) = (offset / size * size, (offset + buffer.count + size - 1) / size * size)
    guard first != offset || min(last, bytes.byteCount) != offset + buffer.count else {
      return try bytes.read(at: offset, into: buffer)
    }
    // Some value is cut.
    let whole = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(last, bytes.byteCount) - first, alignment: 16)
    defer { whole.deallocate() }
    try bytes.read(at: first, into: whole)
    buffer.copyBytes(from: whole[offset - first..<offset - first + buffer.count])
  }

  /// Calls `sink` with all bytes in order, in pieces of `pieceBytes` at most, which must not escape; not of strings.
  package func write(
    pieceBytes: Int = 1 << 18, into sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let size = max(pieceBytes / bytes.valueSize, 1) * bytes.valueSize
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, min(size, bytes.byteCount)), alignment: 16)
    defer { buffer.deallocate() }
    for offset in stride(from: 0, to: bytes.byteCount, by: size) {
      let part = UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<min(size, bytes.byteCount - offset)])
      try bytes.read(at: offset, into: part)
      try sink(UnsafeRawBufferPointer(part))
    }
  }

  /// All bytes, in memory; not of strings.
  package func allBytes() throws -> [UInt8] {
    try Array(unsafeUninitializedCapacity: bytes.byteCount) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      if bytes.byteCount > 0 {
        try bytes.read(at: 0, into: UnsafeMutableRawBufferPointer(rebasing: raw[..<bytes.byteCount]))
      }
      count = bytes.byteCount
    }
  }
}
