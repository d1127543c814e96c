import CaffeIO

/// The inputs of a replay where they are not where they were.
public struct PlanInput: Sendable, Equatable {
  /// The net definition; nil for the path that the plan names.
  public var model: String?
  /// The weights; nil for the path that the plan names.
  public var weights: String?

  /// Names the files that moved.
  public init(model: String? = nil, weights: String? = nil) {
    self.model = model
    self.weights = weights
  }

  /// The files of a replay of `plan`.
  ///
  /// - Throws: `PlanFileError` for weights that the plan has no use for, and for a file that is gone.
  func files(of plan: PlanFile) throws -> ModelFiles {
    if plan.weights == nil, weights != nil { throw PlanFileError(.weightsGiven) }
    for (role, path, given) in [
      ("net definition", plan.model.path, model), ("weights file", plan.weights?.path, weights),
    ] {
      if let path, given == nil, !Files.exists(path) {
        throw PlanFileError(.missingInput(role: role, path: path))
      }
    }
    return ModelFiles(model: model ?? plan.model.path, weights: plan.weights.map { weights ?? $0.path })
  }
}
