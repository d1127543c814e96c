import Diagnostics
import RuleModel

extension RuleSet {
  /// What a run selects from all the rules there are.
  package struct Selection: Sendable {
    /// Ids, globs, tags or `ALL`; empty for the default: the tag `inference` of the built-in rules, and all others but
    /// the conversions.
    package var select: [String] = []
    /// Added to `select`.
    package var extendSelect: [String] = []
    /// Taken away again.
    package var ignore: [String] = []
    /// Whether rules that are not exact may run.
    package var allowsApproximate = false
    /// Which kind of rules is meant; nil for both.
    package var kind: Rule.Kind? = .rewriting
    /// Values of parameters.
    package var arguments: [ParameterArgument] = []
    /// Where selectors stand that are not from the command line.
    package var places: [String: SourcePlace] = [:]

    /// Whether it may mean a rule that does not run by itself.
    package var namesRules: Bool {
      !(select.isEmpty && extendSelect.isEmpty && ignore.isEmpty && arguments.isEmpty)
    }

    /// The default selection.
    package init() {}
  }

  /// Selects and orders rules.
  ///
  /// A rule or layout of a later file replaces an earlier one with the same id, so that users can override
  /// what is built in.
  /// - Throws: `RuleError` for a selector that fits nothing, with a suggestion; a glob among those ignored may. Likewise
  ///   for a value that no selected rule takes, or that is not what its rule wants; one that is missing is
  ///   found by `checkParameters`.
  package init(
    _ all: [Rule], layouts: [BlobLayout], selection: Selection = Selection()
  ) throws(RuleError) {
    if let error = Self.repetitions(in: all).first { throw error }
    let lists = all.flatMap(\.typeLists)
    let rules = Self.overridden(all).map { $0.adding(lists) }.filter {
      selection.kind == nil || $0.kind == selection.kind
    }
    // `--ignore 'deconv-*'` may well find nothing: it asks for the absence it finds.
    let ignored = selection.ignore.filter { Glob($0).literal != nil }
    for selector in selection.select + selection.extendSelect + ignored
    where !rules.contains(where: { Self.fits($0, selector) }) {
      let known = rules.map(\.id) + Array(Set(rules.flatMap(\.tags))).sorted() + ["ALL"]
      throw RuleError(.unknownSelector(selector, known: known), at: selection.places[selector])
    }
    func isSelected(_ rule: Rule) -> Bool {
      let isChosen =
        selection.select.isEmpty
        ? rule.safety != .conversion && !rule.isOptIn
          && (!rule.isBuiltin || rule.tags.contains(Self.defaultTag(of: rule.kind)))
        : selection.select.contains { Self.fits(rule, $0) }
      guard isChosen || selection.extendSelect.contains(where: { Self.fits(rule, $0) }) else { return false }
      return !selection.ignore.contains { Self.fits(rule, $0) }
        && (rule.safety != .approximate || selection.allowsApproximate)
    }
    let untried = rules.filter { rule in
      guard !rule.isBuiltin, !isSelected(rule), !selection.ignore.contains(where: { Self.fits(rule, $0) })
      else { return false }
      if rule.safety == .conversion || rule.isOptIn { return selection.select.isEmpty }
      return rule.safety == .approximate
        && (selection.select.isEmpty
          || (selection.select + selection.extendSelect).contains { Self.fits(rule, $0) })
    }
    let selected = rules.filter(isSelected).enumerated().sorted { a, b in
      // Higher priorities and larger patterns first, hence b's before a's.
      let left = (b.element.priority, b.element.pattern.captures.count, a.offset)
      return left < (a.element.priority, a.element.pattern.captures.count, b.offset)
    }.map(\.element)
    self.init(
      rules: try Self.giving(selection.arguments, to: selected, among: rules), layouts: layouts,
      untried: untried)
  }

  /// The rules that are left when those that others override are gone, each in the place of the one it overrides.
  package static func overridden(_ all: [Rule]) -> [Rule] {
    var rules: [Rule] = []
    var indices: [String: Int] = [:]
    for var rule in all {
      guard let index = indices[rule.id] else {
        indices[rule.id] = rules.count
        rules.append(rule)
        continue
      }
      let earlier = rules[index]
      rule.overridden =
        [.init(place: earlier.place, isBuiltin: earlier.isBuiltin)] + earlier.overridden
      rules[index] = rule
    }
    return rules
  }

  /// One error for each rule whose id another has already; a rule of the user may override a built-in one, and one of a
  /// file that its own extends.
  package static func repetitions(in all: [Rule]) -> [RuleError] {
    var first: [String: Rule] = [:]
    var errors: [RuleError] = []
    for rule in all {
      if let earlier = first[rule.id], !rule.mayOverride(earlier) {
        errors.append(RuleError(.repeatedID(rule.id, first: earlier.place.description), at: rule.place))
      } else {
        first[rule.id] = rule
      }
    }
    return errors
  }

  private static func fits(_ rule: Rule, _ selector: String) -> Bool {
    selector == "ALL" || Glob(selector).matches(rule.id) || rule.tags.contains(selector)
  }
}

extension Rule {
  fileprivate func mayOverride(_ earlier: Rule) -> Bool {
    if earlier.isBuiltin != isBuiltin { return earlier.isBuiltin }
    return source.path != earlier.source.path
      && extendedPaths.contains(RelativePath.normal(earlier.source.path))
  }
}
