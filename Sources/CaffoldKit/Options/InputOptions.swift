/// What two nets are run on.
public struct InputOptions: Sendable, Equatable {
  /// Files with values for inputs (.npy, .pgm, .ppm), as `FILE`, or `NAME=FILE` where there are several inputs.
  public var values: [String] = []
  /// Shapes of inputs, or of the tops of layers that cannot be run, as `1,3,224,224` or `NAME=1,3,224,224`.
  public var shapes: [String] = []
  /// The most random inputs.
  package static let mostSamples = 1_000_000

  /// How many random inputs are run; one when values are given.
  public var samples = 1
  /// Where the random numbers begin.
  public var seed: UInt64 = 1
  /// The largest difference allowed, relative to a blob's largest number.
  public var tolerance = 1e-4
  /// Whether layers are computed in double precision.
  public var isDouble = false

  /// The defaults.
  public init() {}
}
