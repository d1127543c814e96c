/// The content of a blob: dimensions and values, the last dimension running fastest.
package struct NetValue<Scalar: NetScalar>: Sendable, Equatable {
  /// The dimensions; none for a single value.
  package let shape: [Int]
  /// As many values as the product of the dimensions.
  package var values: [Scalar]

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
