/// A run of a blob's values in the output: values of the input that are scaled in their place, or new ones.
package struct BlobRun: Sendable {
  enum Values: Sendable {
    /// The values of the segment times their factors.
    case scaled(ScaleStack)
    /// What the reader, which does not round, gives.
    case new(BlobReader)
  }

  let values: Values
  private let storage: BlobStorage
  private let subject: WireSubject
  /// Which of the blob's elements they are.
  let elements: Range<Int>
  /// The values of the input in whose place they stand, where those are scaled or have bytes between them that stay.
  let segment: BlobSegment?

  /// Values of the input, each to be multiplied by its factor; `subject` is the blob, for messages.
  package init(
    scaling segment: BlobSegment, _ storage: BlobStorage, by scales: ScaleStack, subject: WireSubject
  ) {
    values = .scaled(scales)
    (self.storage, self.subject, self.segment) = (storage, subject, segment)
    elements = segment.elements
  }

  /// New values.
  ///
  /// - Parameters:
  ///   - reader: gives them unrounded.
  ///   - storage: their number type; not `other`.
  ///   - segment: as many values of the input, in whose place they are put, if those have bytes between them that stay.
  package init(
    _ elements: Range<Int>, of reader: BlobReader, _ storage: BlobStorage, over segment: BlobSegment? = nil,
    subject: WireSubject
  ) {
    values = .new(reader)
    (self.storage, self.subject, self.segment, self.elements) = (storage, subject, segment, elements)
  }

  /// The distance of the values in bytes; no chunk of the output may cut one.
  var stride: Int { segment?.stride ?? storage.elementSize }
  /// How many bytes of output this is; there is at least one value.
  package var byteCount: Int { (elements.count - 1) * stride + storage.elementSize }

  /// Puts the values that lie in `part` of the run's bytes into `bytes`, which hold what the input has there.
  ///
  /// - Throws: `EmissionError` where a finite value becomes infinite in the number type, and what reading throws.
  func write(
    _ part: Range<Int>, into bytes: UnsafeMutableRawPointer, _ kernel: borrowing ScaleKernel,
    from input: InputFile
  ) throws {
    let first = elements.lowerBound + part.lowerBound / stride
    let count = (part.count + stride - 1) / stride
    switch values {
    case .scaled(let scales):
      let isFinite = kernel.scale(
        bytes, stride: stride, count: count, first: first, storage: storage, by: scales)
      if !isFinite { try checkFinite(first..<first + count, in: input) }
    case .new(let reader):
      let block = UnsafeMutableBufferPointer<Double>.allocate(capacity: min(count, reader.block))
      defer { block.deallocate() }
      for start in Swift.stride(from: 0, to: count, by: reader.block) {
        let part = first + start..<first + min(start + reader.block, count)
        try reader.read(part, into: block)
        let values = UnsafeBufferPointer(rebasing: block[..<part.count])
        if let lost = storage.encode(values, into: bytes + start * stride, stride: stride) {
          throw overflow(part.lowerBound + lost, values[lost], factor: nil, input)
        }
      }
    }
  }

  /// Looks for the value that was finite and becomes infinite by its factor; infinities and NaNs of the input stay.
  func checkFinite(_ elements: Range<Int>, in input: InputFile) throws {
    guard case .scaled(let scales) = values, let segment else { return }
    let (size, block) = (storage.elementSize, 4096)
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: (block - 1) * segment.stride + size, alignment: 16)
    let widened = UnsafeMutablePointer<Float>.allocate(capacity: block)
    let numbers = UnsafeMutableBufferPointer<Double>.allocate(capacity: block)
    defer {
      bytes.deallocate()
      widened.deallocate()
      numbers.deallocate()
    }
    guard let base = bytes.baseAddress, let target = numbers.baseAddress else { return }
    for start in Swift.stride(from: elements.lowerBound, to: elements.upperBound, by: block) {
      let part = start..<min(start + block, elements.upperBound)
      try segment.read(part, elementSize: size, of: input, into: bytes)
      storage.decode(base, count: part.count, widened: widened).widen(into: target)
      for (element, value) in zip(part, numbers) where value.isFinite {
        let factor = scales.factor(of: element)
        guard !storage.rounded(value * factor).isFinite else { continue }
        throw overflow(element, value, factor: factor, input)
      }
    }
  }

  private func overflow(_ element: Int, _ value: Double, factor: Double?, _ input: InputFile) -> EmissionError
  {
    EmissionError(
      path: input.path, subject: subject,
      .overflow(element: element, value: value, factor: factor, storage: storage))
  }
}
