import Diagnostics

/// Lines about layers that are alike: a few are printed, the others are counted.
///
/// A net of a hundred BatchNorms with one flaw gets two lines instead of a hundred:
///
///     note: BatchNorm 'bn1' stays: it says 'use_global_stats: false' and so uses …
///     note: 99 more BatchNorm layers stay for the same reason: 'bn2', 'bn3', 'bn4' and 96 more; -v lists each
enum GroupedLines {
  /// How many lines of a group are each printed: a line that replaces one other hides more than it saves.
  private static let shown = 3

  /// The lines of one group.
  ///
  /// - Parameters:
  ///   - more: what the further layers have in common, for so many of them.
  ///   - line: the whole line of one layer, made only where it is printed.
  static func lines<Item>(
    _ group: [Item], name: (Item) -> Name, more: (_ count: Int) -> String, line: (Item) -> String
  ) -> [String] {
    guard group.count > shown, let first = group.first else { return group.map(line) }
    let names = Wording.names(group.dropFirst().map(name))
    return [line(first), "\(more(group.count - 1)): \(names); -v lists each"]
  }
}
