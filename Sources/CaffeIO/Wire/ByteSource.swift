/// Bytes of an output that are read or computed when they are written.
package protocol ByteSource: Sendable {
  /// How many bytes there are.
  var byteCount: Int { get }
  /// The size of one value in bytes: ranges that are asked for begin at a multiple of it, and end at one or at the end.
  var valueSize: Int { get }
  /// Fills `buffer` with the bytes from `offset` on, which must be there.
  ///
  /// Ranges may be asked for at the same time and more than once, and hold the same bytes each time.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
}

/// Bytes in memory.
package struct HeldBytes: ByteSource {
  /// The bytes.
  package let bytes: [UInt8]
  package var byteCount: Int { bytes.count }
  package var valueSize: Int { 1 }

  /// Wraps bytes.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
  }
}

/// A range of a file.
package struct FileBytes: ByteSource {
  /// The open file.
  package let file: InputFile
  /// The range, which lies in the file.
  package let range: Range<Int>
  package var byteCount: Int { range.count }
  package var valueSize: Int { 1 }

  /// Takes a range of a file.
  package init(_ file: InputFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.byteCount)
    self.file = file
    self.range = range
  }

  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try file.read(at: range.lowerBound + offset, into: buffer)
  }
}

/// Zeros, as between parts that begin at multiples of a page.
package struct ZeroBytes: ByteSource {
  package let byteCount: Int
  package var valueSize: Int { 1 }

  /// So many zeros.
  package init(_ byteCount: Int) { self.byteCount = byteCount }

  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    _ = buffer.initializeMemory(as: UInt8.self, repeating: 0)
  }
}
