import Threads

/// An indexed `.caffemodel`: positions are in memory, values stay in the file until they are read.
package final class WeightsFile: Sendable {
  /// The open file.
  package let file: InputFile
  /// The layers in file order: `layer`, V1 `layers` and the V0 layers nested in those.
  package let layers: [WeightLayer]

  /// The path as the user wrote it.
  package var path: String { file.path }
  /// The size in bytes.
  package var byteCount: Int { file.byteCount }

  /// Opens and indexes the file at `path`.
  ///
  /// Throws `FileError` when it cannot be read, `WireFormatError` when it is not a weights file.
  package convenience init(path: String, limits: WireLimits = WireLimits()) throws {
    try self.init(InputFile(path: path), limits: limits)
  }

  /// Indexes an open file.
  package init(_ file: InputFile, limits: WireLimits = WireLimits()) throws {
    self.file = file
    var indexer = WeightsIndexer(file, limits: limits)
    layers = try indexer.index()
  }

  /// All values of a blob, in memory at once.
  package func values(of blob: StoredBlob) throws -> [Double] {
    try all(of: blob) { try BlobReader(file: self.file, blob: blob).read($0, into: $1) }
  }

  /// All values of a blob in single precision.
  package func singles(of blob: StoredBlob) throws -> [Float] {
    try all(of: blob) { try BlobReader(file: self.file, blob: blob).read($0, into: $1) }
  }

  /// Values that one thread reads at a time.
  private static let share = 1 << 18

  /// All values of a blob, read by several threads when they are many.
  private func all<Number>(
    of blob: StoredBlob, _ read: (Range<Int>, UnsafeMutableBufferPointer<Number>) throws -> Void
  ) throws -> [Number] {
    try checkReadable(blob)
    return try Array(unsafeUninitializedCapacity: blob.count) { buffer, count in
      let target = UnsafeMutableBufferPointer(rebasing: buffer[..<blob.count])
      let shares = (blob.count + Self.share - 1) / Self.share
      try Parallel.tryForEach(shares, work: blob.count) { index in
        let part = index * Self.share..<min(blob.count, (index + 1) * Self.share)
        try read(part, UnsafeMutableBufferPointer(rebasing: target[part]))
      }
      count = blob.count
    }
  }

  /// Reads a range of a blob's values into the begin of `output`, in memory that does not grow with it.
  package func read(
    _ elements: Range<Int>, of blob: StoredBlob, into output: UnsafeMutableBufferPointer<Double>
  ) throws {
    precondition(elements.lowerBound >= 0 && elements.upperBound <= blob.count)
    precondition(output.count >= elements.count)
    try checkReadable(blob)
    guard !elements.isEmpty else { return }
    try BlobReader(file: file, blob: blob).read(elements, into: output)
  }

  /// Throws for a blob whose number type is not known.
  func checkReadable(_ blob: StoredBlob) throws(WireFormatError) {
    if case .other(let type) = blob.storage {
      throw WireFormatError(
        path: path, offset: blob.fieldRange.lowerBound, subject: subject(of: blob),
        .unreadableValues(rawType: type))
    }
  }

  /// Reads a range of a blob's values chunk by chunk; `body` gets the index of the first value of the
  /// chunk and the values, which must not escape.
  package func forEachChunk(
    of blob: StoredBlob, elements: Range<Int>? = nil, chunk: Int = 16384,
    _ body: (Int, UnsafeBufferPointer<Double>) throws -> Void
  ) throws {
    let elements = elements ?? 0..<blob.count
    let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: min(chunk, max(elements.count, 1)))
    defer { buffer.deallocate() }
    var next = elements.lowerBound
    while next < elements.upperBound {
      let part = next..<min(next + buffer.count, elements.upperBound)
      try read(part, of: blob, into: buffer)
      try body(next, UnsafeBufferPointer(rebasing: buffer[..<part.count]))
      next = part.upperBound
    }
  }

  /// A blob as messages name it; linear in the layers, for messages only.
  package func subject(of blob: StoredBlob) -> WireSubject {
    for layer in layers {
      if let index = layer.blobs.firstIndex(where: { $0.fieldRange == blob.fieldRange }) {
        return .blob(index: index, layerIndex: layer.index, layerName: layer.name)
      }
    }
    return .net
  }
}
