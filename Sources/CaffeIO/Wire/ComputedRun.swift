/// A run of values that are computed while they are written.
package struct ComputedRun: Sendable {
  /// What computes them.
  var reader: BlobContentReader
  /// Which of the blob's elements they are.
  var elements: Range<Int>
  /// Their number type; not `other`.
  var storage: BlobStorage
  /// The values of the input whose places they take, if those have bytes between them that stay.
  var segment: BlobSegment?
  /// The blob and the file that it is made from, for messages.
  var subject: WireSubject
  var path: String

  /// The distance of the values in bytes.
  var stride: Int { segment?.stride ?? storage.elementSize }
  /// How many bytes of output this is.
  var byteCount: Int { (elements.count - 1) * stride + storage.elementSize }

  /// Computes values from the `first` of the run on and puts them into `bytes`.
  ///
  /// - Throws: `EmissionError` where a finite value has no finite form in the number type, and what reading throws.
  func write(_ count: Int, from first: Int, into bytes: UnsafeMutableRawPointer) throws {
    let numbers = UnsafeMutableBufferPointer<Double>.allocate(capacity: min(count, reader.block))
    defer { numbers.deallocate() }
    let encoder = BlobEncoder(storage: storage, stride: stride)
    for start in Swift.stride(from: 0, to: count, by: reader.block) {
      let part = min(reader.block, count - start)
      let element = elements.lowerBound + first + start
      try reader.read(element..<element + part, into: numbers)
      let values = UnsafeBufferPointer(rebasing: numbers[..<part])
      if let lost = encoder.encode(values, into: bytes + start * stride) {
        throw EmissionError(
          path: path, subject: subject,
          .overflow(element: element + lost, value: values[lost], factor: nil, storage: storage))
      }
    }
  }
}
