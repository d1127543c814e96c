import Tensors

/// A run of stored values and what they are multiplied with.
package struct ScaledRun: Sendable {
  /// Where the values lie in the input.
  package var segment: BlobSegment
  /// Their number type; not `other`.
  package var storage: BlobStorage
  /// The factors; indexed by the element's index in its blob.
  package var scales: ScaleStack
  /// The blob, for messages.
  package var subject: WireSubject

  /// The bytes of the input that the run covers.
  package var byteRange: Range<Int> { segment.byteRange(elementSize: storage.elementSize) }

  /// Looks for the value that was finite and is no more; infinities and NaNs of the input stay.
  func checkFinite(_ elements: Range<Int>, in input: InputFile) throws {
    var segment = segment
    segment.firstElement = 0
    let blob = StoredBlob(
      fieldRange: 0..<0, bodyRange: 0..<0, shape: [segment.count], isLegacyShape: false,
      count: segment.count, storage: storage, segments: [segment])
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: elements.count)
    defer { values.deallocate() }
    let first = self.segment.firstElement
    try BlobReader(file: input, blob: blob)
      .read(elements.lowerBound - first..<elements.upperBound - first, into: values)
    for (element, value) in zip(elements, values) where value.isFinite {
      let factor = scales.factor(of: element)
      guard !storage.holds(value * factor) else { continue }
      throw EmissionError(
        path: input.path, subject: subject,
        .overflow(element: element, value: value, factor: factor, storage: storage))
    }
  }
}

extension BlobStorage {
  /// Whether a value is finite after it is rounded to this type.
  fileprivate func holds(_ value: Double) -> Bool { rounded(value).isFinite }

  /// The value as this type holds it.
  package func rounded(_ value: Double) -> Double {
    switch self {
    case .float: value.inSinglePrecision
    case .half: Double(Float16(value))
    case .double, .other: value
    }
  }
}
