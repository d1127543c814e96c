/// A list of layer types that patterns refer to by name: `type: $losses`.
///
/// Lists of the same name, of whichever files, are one list, so that a user adds a fork's types without a rule.
package struct TypeList: Sendable {
  /// The name, without `$`.
  package let name: String
  /// The types and globs.
  package let types: [Glob]

  /// Makes a list of its parts.
  package init(name: String, types: [Glob]) {
    self.name = name
    self.types = types
  }
}

extension Rule {
  /// The rule with the types that `lists` add to those it refers to.
  package func adding(_ lists: [TypeList]) -> Rule {
    guard pattern.captures.contains(where: { !$0.typeLists.isEmpty }) else { return self }
    var rule = self
    for index in pattern.captures.indices {
      let named = pattern.captures[index].typeLists
      let more = lists.filter { named.contains($0.name) }.flatMap(\.types)
      rule.pattern.captures[index].types = pattern.captures[index].types.union(.oneOf(more))
    }
    for index in pattern.captures.indices where !pattern.captures[index].alternatives.isEmpty {
      let alternatives = pattern.captures[index].alternatives.map { rule.pattern.captures[$0].types }
      rule.pattern.captures[index].types = alternatives.dropFirst().reduce(alternatives[0]) { $0.union($1) }
    }
    return rule
  }
}
