/// A net on the disk: its definition and its trained weights.
public struct ModelFiles: Sendable, Equatable {
  /// The net definition (`.prototxt`).
  public var model: String
  /// The trained weights (`.caffemodel`); nil stands for the definition alone, whose blobs are assumed to fit.
  public var weights: String?

  /// Names the files; nothing is read.
  public init(model: String, weights: String? = nil) {
    self.model = model
    self.weights = weights
  }
}
