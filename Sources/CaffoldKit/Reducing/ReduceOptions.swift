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

/// What a test says of a net.
public enum ReduceVerdict: Sendable, Equatable {
  /// The net shows what is looked for.
  case fails
  /// It does not.
  case passes
  /// The search is to end; this net counts for nothing.
  case stop
}
