/// Numbers that are computed or read when they are asked for, such as those of a blob in a file or of a tensor.
package protocol NumberSource: Sendable {
  /// How many numbers are best asked for at a time.
  var block: Int { get }
  /// How many operations it takes to compute one of them; 1 for numbers that are stored.
  var cost: Int { get }
  /// Writes a range of the numbers, in row-major order, to the begin of `output`.
  ///
  /// Ranges may be asked for at the same time and more than once, and hold the same numbers each time.
  func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws
}
