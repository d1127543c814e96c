import Diagnostics
import RuleModel

/// The layers that `--skip-layer` protects or `--only-layer` leaves out.
struct ProtectedLayers {
  private let only: [Glob]
  private let skip: [Glob]
  /// Whether all layers may be rewritten.
  let isEmpty: Bool

  init(_ options: PlanOptions) {
    only = options.onlyLayers
    skip = options.skipLayers
    isEmpty = only.isEmpty && skip.isEmpty
  }

  /// Whether a layer of that name is to be left alone.
  func contains(_ name: Name) -> Bool {
    if skip.contains(where: { $0.matches(name) }) { return true }
    return !only.isEmpty && !only.contains { $0.matches(name) }
  }
}
