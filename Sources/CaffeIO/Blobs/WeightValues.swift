/// Values of a blob that lie together in memory, in the narrower of two types that holds them exactly.
///
/// The memory is lent: it must not escape from where it was given.
package enum WeightValues {
  /// Values stored in single or half precision.
  case floats(UnsafeBufferPointer<Float>)
  /// Values stored in double precision, or computed.
  case doubles(UnsafeBufferPointer<Double>)

  /// How many there are.
  package var count: Int {
    switch self {
    case .floats(let values): values.count
    case .doubles(let values): values.count
    }
  }

  /// Writes the values to `output` as Doubles.
  package func widen(into output: UnsafeMutablePointer<Double>) {
    switch self {
    case .floats(let values): for index in values.indices { output[index] = Double(values[index]) }
    case .doubles(let values):
      if let base = values.baseAddress { output.update(from: base, count: values.count) }
    }
  }
}
