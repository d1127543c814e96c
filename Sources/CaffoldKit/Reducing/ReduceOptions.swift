/// How a net is reduced.
public struct ReduceOptions: Sendable, Equatable {
  /// How many nets are tried at most, the whole one included.
  public var runLimit = 1000
  /// Shapes of the net's inputs, or of the tops of layers that cannot be run, as in `InputOptions.shapes`.
  public var inputShapes: [String] = []
  /// Whether the shapes of the inputs are made smaller, once no layer can be left out.
  public var reducesShapes = true

  /// The defaults.
  public init() {}
}

/// The result of a test of a net.
public enum ReduceVerdict: Sendable, Equatable {
  /// The net shows the failure.
  case fails
  /// The net does not show the failure.
  case passes
  /// The search ends without a result for this net.
  case stop
}
