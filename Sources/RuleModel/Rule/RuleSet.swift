import Diagnostics

/// The rules of a run in the order they are tried, and the blob layouts their kernels read by.
package struct RuleSet: Sendable {
  /// The rules, in resolved order: higher priority first, then larger patterns, then the order of the files.
  package let rules: [Rule]
  /// The layouts.
  package let layouts: [BlobLayout]
  /// The user's rules that are left out for their safety alone: nobody asked for what they need.
  package let untried: [Rule]

  /// The tag of the built-in rules that rewrite without being selected.
  package static let defaultTag = "inference"

  /// The tag of the built-in rules of a kind that run without being selected.
  package static func defaultTag(of kind: Rule.Kind) -> String {
    kind == .rewriting ? defaultTag : "checks"
  }

  /// Makes a set of rules in resolved order. A later layout replaces an earlier one with the same id.
  package init(rules: [Rule], layouts: [BlobLayout], untried: [Rule] = []) {
    self.rules = rules
    self.untried = untried
    var unique: [BlobLayout] = []
    for layout in layouts {
      if let index = unique.firstIndex(where: { $0.id == layout.id }) {
        unique[index] = layout
      } else {
        unique.append(layout)
      }
    }
    self.layouts = unique
  }

  /// The same rules without those that change on purpose what the net takes or gives.
  package var withoutConversions: RuleSet {
    RuleSet(rules: rules.filter { $0.safety != .conversion }, layouts: layouts, untried: untried)
  }

  /// Whether nets are upgraded to the current syntax before the rules are tried.
  package var needsCurrentSyntax: Bool { rules.contains { $0.syntax == .current } }

  /// What is known of layers, and no rules.
  package var withoutRules: RuleSet { RuleSet(rules: [], layouts: layouts) }
}
