/// A parameter blob that a layer has: its shape, and what its numbers are for.
package struct BlobDescription: Sendable, Equatable {
  /// The dimensions.
  package var shape: [Int]
  /// What the numbers are for.
  package var role: BlobRole

  package init(shape: [Int], role: BlobRole) {
    self.shape = shape
    self.role = role
  }
}

/// What the numbers of a blob are for; a proof chooses numbers by it.
package enum BlobRole: Sendable, Equatable {
  /// Numbers that are multiplied and added up.
  case weight
  /// Numbers that are added.
  case shift
  /// Numbers that multiply a value.
  case factor
  /// Variances: not negative.
  case variance
  /// The number that sums of statistics are divided by.
  case divisor
}
