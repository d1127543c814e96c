import Tensors

/// How much a call may ask for; a hostile graph gets an error and not the machine's memory.
package enum OperatorLimits {
  /// The most numbers of one tensor, as many as a layer's top may have.
  package static let count = 1 << 28
  /// The most axes of one tensor.
  package static let rank = 32
  /// The largest size, stride or pad: products of two of them and of one with a place in a tensor fit 64 bits.
  package static let size = 1 << 24

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
