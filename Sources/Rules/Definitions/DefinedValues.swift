import RuleModel
import YAML

/// The values that steps of a definition can read so far.
struct DefinedValues {
  private var lists: [String: Bool] = [:]
  private(set) var first = ""
  private var fresh = 0
  /// What steps of the present group make without an index: one value within, a list outside.
  private var ofGroup: Set<String>?

  mutating func define(_ name: String, isList: Bool, at node: YAMLNode) throws {
    if first.isEmpty { first = name }
    guard name != ValueName.bottoms, name != ValueName.tops else {
      throw RuleError(.repeatedName(name), node)
    }
    // Operators under different conditions may make the same value, and those of a list its elements.
    lists[name] = isList || lists[name] ?? false
    if !isList, ofGroup != nil { ofGroup?.insert(name) }
  }

  /// From here on steps are there several times.
  mutating func beginGroup() { ofGroup = [] }

  /// The end of those.
  mutating func endGroup() {
    for name in ofGroup ?? [] { lists[name] = true }
    ofGroup = nil
  }

  /// Notes that a step makes a top, which later ones may read.
  mutating func makesTops() { lists[ValueName.tops] = true }

  /// A name for a value that only the next step reads.
  mutating func freshName() -> String {
    fresh += 1
    return "_\(fresh)"
  }

  /// Whether a name stands for several values.
  func spreads(_ name: ValueName) -> Bool {
    name.index == nil && (name.name == ValueName.bottoms || lists[name.name] == true)
  }

  func check(_ name: ValueName, at node: YAMLNode) throws {
    guard name.name == ValueName.bottoms || lists[name.name] != nil else {
      throw RuleError(
        .unknownDefinedValue(
          name.name, known: lists.keys.filter { !$0.hasPrefix("_") }.sorted() + [ValueName.bottoms]), node)
    }
  }
}
