/// Reads what a blob is to hold, in Double and not rounded, in memory that does not grow with it.
package struct BlobContentReader: Sendable {
  private let file: WeightsFile
  private let content: BlobContent
  private let scales: ScaleStack

  /// How many values are best read at a time.
  package let block: Int
  /// How many operations it takes to compute a value; 1 for one that is stored.
  package let cost: Int

  private static let factorBlock = 1024
  private static let smallestBlock = 8192

  /// Prepares a reading; `subject` is what messages name.
  ///
  /// - Throws: `EmissionError` where factors do not fit the blob, `WireFormatError` where its number type is not known.
  package init(_ file: WeightsFile, _ content: BlobContent, subject: WireSubject = .net) throws {
    self.file = file
    self.content = content
    var scales: [ChannelScale] = []
    var (block, cost) = (Self.smallestBlock, 1)
    switch content {
    case .stored(let blob): try file.checkReadable(blob)
    case .scaled(let blob, let given):
      try file.checkReadable(blob)
      scales = given
    case .computed(let blob):
      scales = blob.scales
      block = max(block, blob.numbers.block)
      cost = blob.numbers.cost + 1
    case .values: break
    }
    self.block = block
    self.cost = cost
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
    withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.factorBlock) { factors in
      for start in stride(from: 0, to: elements.count, by: Self.factorBlock) {
        let count = min(Self.factorBlock, elements.count - start)
        let block = UnsafeMutableBufferPointer(rebasing: factors[..<count])
        block.initialize(repeating: 1)
        scales.expand(from: elements.lowerBound + start, into: block)
        for index in 0..<count { output[start + index] *= block[index] }
      }
    }
  }
}
