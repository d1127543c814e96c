import CaffoldKit

/// What a run with `--check` found to do.
struct FoldRest {
  private let rewriteCount: Int
  private let isUpgrade: Bool

  /// Nil where a fold would change nothing: no rewrite and nothing to bring to the current syntax.
  init?(_ result: FoldResult) {
    rewriteCount = result.rewrites.count
    isUpgrade = UpgradeLines(result) != nil
    if rewriteCount == 0, !isUpgrade { return nil }
  }

  /// One line.
  var text: String {
    let parts =
      (rewriteCount > 0 ? [Format.counted(rewriteCount, "rewrite")] : [])
      + (isUpgrade ? ["the upgrade to the current syntax"] : [])
    return "left to fold: \(parts.joined(separator: " and "))"
  }
}
