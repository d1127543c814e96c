/// What blobs of the output will hold, chunk by chunk, before they are written.
package struct BlobEvaluator: Sendable {
  /// How far values are rounded.
  package enum Precision: Sendable {
    /// In their stored type, by the arithmetic that writes them.
    case asWritten
    /// Not at all: products of stored values and factors in Double.
    case unrounded
  }

  private let file: WeightsFile
  private let precision: Precision
  private static let chunk = 16384

  /// Makes an evaluator for contents that refer to `file`.
  package init(_ file: WeightsFile, _ precision: Precision = .asWritten) {
    self.file = file
    self.precision = precision
  }

  /// All values of a small blob; `subject` is what messages name.
  package func values(of content: BlobContent, subject: WireSubject = .net) throws -> [Double] {
    var values: [Double] = []
    try forEachChunk(of: content, subject: subject) { values += $1 }
    return values
  }

  /// Reads a blob chunk by chunk; `body` gets the index of the first value of the chunk and the values, which
  /// must not escape.
  ///
  /// - Throws: what reading throws, and `EmissionError` where a value is finite no more once it is scaled, or the
  ///   factors do not fit the blob.
  package func forEachChunk(
    of content: BlobContent, subject: WireSubject = .net,
    _ body: (Int, UnsafeBufferPointer<Double>) throws -> Void
  ) throws {
    switch content {
    case .stored(let blob): try file.forEachChunk(of: blob, chunk: Self.chunk, body)
    case .scaled(let blob, let scales): try forEachChunk(of: blob, scales, subject, body)
    case .values(let values, _, let storage):
      let rounded = precision == .asWritten ? values.map(storage.rounded) : values
      try rounded.withUnsafeBufferPointer { all in
        for start in stride(from: 0, to: all.count, by: Self.chunk) {
          let end = min(all.count, start + Self.chunk)
          try body(start, UnsafeBufferPointer(rebasing: all[start..<end]))
        }
      }
    }
  }

  private func forEachChunk(
    of blob: StoredBlob, _ scales: [ChannelScale], _ subject: WireSubject,
    _ body: (Int, UnsafeBufferPointer<Double>) throws -> Void
  ) throws {
    for scale in scales where !scale.covers(count: blob.count) {
      throw EmissionError(
        path: file.path, subject: subject,
        .scaleMismatch(count: blob.count, factors: scale.factors.count))
    }
    let stack = ScaleStack(scales)
    switch precision {
    case .asWritten:
      let scaling = BlobReader.Scaling(scales: stack, subject: subject)
      try file.forEachChunk(of: blob, chunk: Self.chunk, scaling: scaling, body)
    case .unrounded:
      let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: Self.chunk)
      defer { buffer.deallocate() }
      try file.forEachChunk(of: blob, chunk: Self.chunk) { first, values in
        let products = UnsafeMutableBufferPointer(rebasing: buffer[..<values.count])
        stack.expand(from: first, into: products)
        for index in products.indices { products[index] *= values[index] }
        try body(first, UnsafeBufferPointer(products))
      }
    }
  }
}
