import Diagnostics
import RuleModel

/// Finds the suppression of a finding among many: the first in the text that is about it.
///
/// A text may have as many comments as layers and as many findings, so each rule's suppressions are gathered once. Suppressions are
/// about fields. Two fields are disjoint, or one contains the other: an offset is looked up from the innermost field outwards.
struct SuppressionIndex {
  private let suppressions: [Suppression]
  private let globs: [[Glob]]
  private var byRule: [String: OfRule] = [:]

  init(_ suppressions: [Suppression]) {
    self.suppressions = suppressions
    globs = suppressions.map { $0.rules.map { Glob($0) } }
  }

  /// The suppressions of one rule.
  private struct OfRule {
    /// The fields that they are about, by where they begin, an outer one before those in it.
    var ranges: [Range<Int>] = []
    /// For each the place of its first suppression.
    var first: [Int] = []
    /// For each the place in `ranges` of the next outer field.
    var outer: [Int?] = []
    /// By layer the place of the first suppression that is about all of it.
    var layers: [Name: Int] = [:]
  }

  /// The place of the suppression.
  ///
  /// - Parameter offset: where the finding is in the text; nil for one whose place is elsewhere.
  mutating func suppression(of finding: Finding, at offset: Int?) -> Int? {
    let known = byRule[finding.rule] ?? gathered(for: finding.rule)
    byRule[finding.rule] = known
    guard let offset else { return finding.layer.flatMap { known.layers[$0] } }
    var low = 0
    var high = known.ranges.count
    while low < high {
      let middle = (low + high) / 2
      if known.ranges[middle].lowerBound <= offset { low = middle + 1 } else { high = middle }
    }
    var place = low > 0 ? low - 1 : nil
    var found: Int?
    while let current = place {
      if known.ranges[current].contains(offset) { found = min(found ?? .max, known.first[current]) }
      place = known.outer[current]
    }
    return found
  }

  private func gathered(for rule: String) -> OfRule {
    var result = OfRule()
    var first: [Range<Int>: Int] = [:]
    for (place, suppression) in suppressions.enumerated()
    where globs[place].contains(where: { $0.matches(rule) }) {
      if first[suppression.range] == nil { first[suppression.range] = place }
      for layer in suppression.layers where result.layers[layer] == nil { result.layers[layer] = place }
    }
    result.ranges = first.keys.filter { !$0.isEmpty }.sorted {
      ($0.lowerBound, -$0.upperBound) < ($1.lowerBound, -$1.upperBound)
    }
    result.first = result.ranges.map { first[$0]! }
    var open: [Int] = []
    for (place, range) in result.ranges.enumerated() {
      while let last = open.last, result.ranges[last].upperBound <= range.lowerBound { open.removeLast() }
      result.outer.append(open.last)
      open.append(place)
    }
    return result
  }
}
