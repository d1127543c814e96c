/// Reads what a blob is to hold, in Double and not rounded, in memory that does not grow with it.
package struct BlobContentReader: Sendable {
  private let file: WeightsFile
  private let content: BlobContent
  private let scales: ScaleStack

  private static let block = 1024

  /// Prepares a reading; `subject` is what messages name.
  ///
  /// - Throws: `EmissionError` where factors do not fit the blob, `WireFormatError` where its number type is not known.
  package init(_ file: WeightsFile, _ content: BlobContent, subject: WireSubject = .net) throws {
    self.file = file
    self.content = content
    var scales: [ChannelScale] = []
    switch content {
    case .stored(let blob): try file.checkReadable(blob)
    case .scaled(let blob, let given):
      try file.checkReadable(blob)
      scales = given
    case .computed(let blob): scales = blob.scales
    case .values: break
    }
    for scale in scales where !scale.covers(count: content.count) {
      throw EmissionError(
        path: file.path, subject: subject,
        .scaleMismatch(count: content.count, factors: scale.factors.count))
    }
    self.scales = ScaleStack(scales)
  }

  /// Brings a range of the values to the begin of `output`. Ranges may be read at the same time.
  ///
  /// - Throws: `FileError`, and what computed numbers throw.
  package func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws {
    switch content {
    case .stored(let blob), .scaled(let blob, _): try file.read(elements, of: blob, into: output)
    case .values(let values, _, _): _ = output.update(fromContentsOf: values[elements])
    case .computed(let blob): try blob.numbers.read(elements, into: output)
    }
    guard !scales.scales.isEmpty else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.block) { factors in
      for start in stride(from: 0, to: elements.count, by: Self.block) {
        let count = min(Self.block, elements.count - start)
        let block = UnsafeMutableBufferPointer(rebasing: factors[..<count])
        block.initialize(repeating: 1)
        scales.expand(from: elements.lowerBound + start, into: block)
        for index in 0..<count { output[start + index] *= block[index] }
      }
    }
  }
}
