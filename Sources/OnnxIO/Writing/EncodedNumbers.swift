import CaffeIO

/// Numbers that are computed in Double when they are written, each rounded once to its stored type.
struct EncodedNumbers: ByteSource {
  let count: Int
  let storage: BlobStorage
  /// The initializer, for messages.
  let name: String
  let numbers: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Double>) throws -> Void

  /// How many numbers are computed at a time, so that they stay in the cache.
  private static let block = 16384

  var byteCount: Int { count * storage.elementSize }
  var valueSize: Int { storage.elementSize }

  init(
    count: Int, storage: BlobStorage, name: String,
    numbers: @escaping @Sendable (Range<Int>, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) {
    precondition(storage.elementSize > 0, "only float, double and half are written")
    self.count = count
    self.storage = storage
    self.name = name
    self.numbers = numbers
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let elements = offset / valueSize..<(offset + buffer.count) / valueSize
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: min(Self.block, elements.count))
    defer { values.deallocate() }
    let encoder = BlobEncoder(storage: storage, stride: valueSize)
    for start in stride(from: elements.lowerBound, to: elements.upperBound, by: Self.block) {
      let part = start..<min(start + Self.block, elements.upperBound)
      try numbers(part, values)
      let bytes = buffer.baseAddress! + (start - elements.lowerBound) * valueSize
      let lost = encoder.encode(UnsafeBufferPointer(rebasing: values[..<part.count]), into: bytes)
      if let lost {
        throw OnnxError(
          .initializer(index: nil, name: name),
          .overflow(element: start + lost, value: values[lost], storage: storage))
      }
    }
  }
}
