/// The number type that a blob's values are stored in.
package enum BlobStorage: Sendable, Hashable {
  /// `data`, or `raw_data` of type FLOAT.
  case float
  /// `double_data`, or `raw_data` of type DOUBLE.
  case double
  /// `raw_data` of type FLOAT16.
  case half
  /// `raw_data` of another type number of NVCaffe's; kept as it is, its values cannot be read.
  case other(Int)

  /// The size of one value in bytes; 0 when unknown.
  package var elementSize: Int {
    switch self {
    case .float: 4
    case .double: 8
    case .half: 2
    case .other: 0
    }
  }

  /// The largest finite number of the type.
  package var largest: Double {
    switch self {
    case .half: Double(Float16.greatestFiniteMagnitude)
    case .float: Double(Float.greatestFiniteMagnitude)
    case .double, .other: .greatestFiniteMagnitude
    }
  }

  /// The number nearest to `value` that the type has.
  package func rounded(_ value: Double) -> Double {
    switch self {
    case .float: Double(Float(value))
    case .half: Double(Float16(value))
    case .double, .other: value
    }
  }
}

// MARK: Bytes

extension BlobStorage {
  /// Stored values, one behind the other, in a type to compute with: where they lie, or in `widened`.
  func decode(
    _ bytes: UnsafeMutableRawPointer, count: Int, widened: UnsafeMutablePointer<Float>
  ) -> WeightValues {
    switch self {
    case .float:
      return .floats(UnsafeBufferPointer(start: bytes.assumingMemoryBound(to: Float.self), count: count))
    case .double, .other:
      return .doubles(UnsafeBufferPointer(start: bytes.assumingMemoryBound(to: Double.self), count: count))
    case .half:
      HalfPrecision.widen(
        UnsafePointer(bytes.assumingMemoryBound(to: UInt16.self)), into: widened, count: count)
      return .floats(UnsafeBufferPointer(start: widened, count: count))
    }
  }

  /// Writes values, each rounded once, `stride` bytes apart. Returns the place of the first finite value that becomes
  /// infinite; nil when there is none.
  func encode(
    _ values: UnsafeBufferPointer<Double>, into bytes: UnsafeMutableRawPointer, stride: Int
  ) -> Int? {
    switch self {
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
