/// The content of a blob: dimensions and values, the last dimension running fastest.
package struct NetValue<Scalar: NetScalar>: Sendable, Equatable {
  /// The dimensions; none for a single value.
  package let shape: [Int]
  /// As many values as the product of the dimensions.
  package var values: [Scalar]
  /// What copies of the value share.
  private var owner = Owner()

  /// Wraps values; there must be as many as `shape` says.
  package init(shape: [Int], values: [Scalar]) {
    precondition(values.count == shape.product, "as many values as the shape says")
    self.shape = shape
    self.values = values
  }

  /// A value of one number throughout.
  package init(shape: [Int], repeating number: Scalar = 0) {
    self.init(shape: shape, values: Array(repeating: number, count: shape.product))
  }

  package static func == (first: NetValue, second: NetValue) -> Bool {
    first.shape == second.shape && first.values == second.values
  }

  private final class Owner: Sendable {}

  /// Whether there is no other copy of the value. It is advice: writing to values that others hold copies them first.
  private mutating func isUnique() -> Bool { isKnownUniquelyReferenced(&owner) }

  /// A value of the same shape, made number by number of this one, which is used up: its memory becomes that of the result where
  /// there is no other copy of it.
  ///
  /// Of values that are larger than the processor's cache, this halves what has to be brought there.
  ///
  /// - Parameter write: writes all numbers of the target, which may be the source: each number of the source is to be read
  ///   before that of the target with the same index is written. The pointers must not escape.
  mutating func usedUp(
    _ write: (_ source: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>) -> Void
  ) -> NetValue {
    guard !values.isEmpty, isUnique() else {
      return NetValue(written: shape) { target in read { write($0, target) } }
    }
    var result = NetValue(shape: [0], values: [])
    swap(&result, &self)
    result.values.withUnsafeMutableBufferPointer { buffer in
      let base = buffer.baseAddress!
      write(base, base)
    }
    return result
  }

  /// The same values under other dimensions of the same product.
  package func reshaped(_ shape: [Int]) -> NetValue {
    NetValue(shape: shape, values: values)
  }
}

extension Collection where Element == Int {
  /// The product of dimensions, 1 for none.
  ///
  /// It cannot overflow for shapes that went through ``LayerLimits/check(_:of:)``.
  package var product: Int { reduce(1, *) }

  /// The product of sizes that nobody has checked, `Int.max` where it is larger than that.
  package var saturatingProduct: Int {
    contains(0)
      ? 0
      : reduce(1) { product, size in
        let (result, overflow) = product.multipliedReportingOverflow(by: size)
        return overflow ? .max : result
      }
  }
}
