import Layers
import Tensors

/// How much a call may ask for; a hostile graph gets an error and not the machine's memory.
package enum OperatorLimits {
  /// The most numbers of one tensor: 512 MiB in Float, as much as the values of a run may take at a time.
  package static let count = 1 << 27
  /// The most axes of one tensor.
  package static let rank = 32
  /// The largest size, stride or pad: products of two of them and of one with a place in a tensor fit 64 bits.
  package static let size = 1 << 24
  /// The most multiplications of one call, some ten seconds.
  package static let multiplications = 1 << 38
  /// The most pairs of boxes that one call compares, some ten seconds.
  package static let pairs = 1 << 32

  /// Checks the number of multiplications of a call, which is the product of `sizes`.
  ///
  /// - Throws: `OperatorError` for more multiplications than the limit.
  static func check(multiplications sizes: [Int]) throws(OperatorError) {
    guard sizes.saturatingProduct <= multiplications else {
      throw OperatorError(.multiplications(limit: multiplications))
    }
  }

  /// A shape whose sizes multiply to no more than the limit; parts of it cannot overflow either.
  ///
  /// - Throws: `OperatorError` for too many numbers, too many axes or a negative size.
  static func check(_ shape: [Int]) throws(OperatorError) {
    do {
      _ = try Shape(shape, limit: count, axes: rank)
    } catch {
      throw OperatorError(.output(error))
    }
  }
}
