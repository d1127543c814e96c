/// Puts values into the bytes of their stored type, each rounded once.
package struct BlobEncoder: Sendable {
  /// The number type.
  let storage: BlobStorage
  /// The distance of the values in bytes.
  let stride: Int

  /// An encoder for values at distances of `stride` bytes.
  package init(storage: BlobStorage, stride: Int) {
    self.storage = storage
    self.stride = stride
  }

  /// Encodes values. Returns the place of the first finite one that has no finite form; nil where there is none.
  package func encode(_ values: UnsafeBufferPointer<Double>, into bytes: UnsafeMutableRawPointer) -> Int? {
    switch storage {
    case .float:
      stride == 4
        ? encode(values, into: bytes, stride: 4) { Float($0) }
        : encode(values, into: bytes, stride: stride) { Float($0) }
    case .half: encode(values, into: bytes, stride: stride) { Float16($0) }
    case .double, .other: encode(values, into: bytes, stride: stride) { $0 }
    }
  }

  @inline(__always)
  private func encode<Number: BinaryFloatingPoint & BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Double>, into bytes: UnsafeMutableRawPointer, stride: Int,
    _ round: (Double) -> Number
  ) -> Int? {
    var areFinite = true
    for index in values.indices {
      let rounded = round(values[index])
      areFinite = areFinite && rounded.isFinite
      bytes.storeBytes(of: rounded, toByteOffset: index &* stride, as: Number.self)
    }
    // Infinities and NaNs that were there before stay.
    return areFinite ? nil : values.firstIndex { $0.isFinite && !round($0).isFinite }
  }
}
