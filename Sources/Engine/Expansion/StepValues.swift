/// The values that steps of a definition have made so far, by name and place in the list of that name.
///
/// Within a group of steps that are there several times, a name without an index stands for what was made for the same number.
package struct StepValues<Value> {
  /// Why a name stands for nothing.
  package enum Fault: Error {
    /// No step makes the value, as the conditions of the definition turned out.
    case missing(String)
    /// An index beyond a list.
    case badIndex(String, index: Int, count: Int)
  }

  private var values: [String: [Int: Value]] = [:]
  /// Within a group: its number, and what was made without an index for that.
  private var turn: (number: Int, made: Set<String>)?

  /// Begins with no value.
  package init() {}

  /// From here on a group is there for the time `number`, which counts from 0; nil behind the group.
  package mutating func begin(_ number: Int?) { turn = number.map { ($0, []) } }

  /// Whether a group is going on.
  package var isRepeating: Bool { turn != nil }

  /// What a name stands for: one value, or all of a list.
  package func values(of name: String, at index: Int?) throws(Fault) -> [Value] {
    let known = values[name] ?? [:]
    guard let index else {
      if let turn, turn.made.contains(name), let value = known[turn.number] { return [value] }
      guard !known.isEmpty else { throw .missing(name) }
      return known.sorted { $0.key < $1.key }.map(\.value)
    }
    guard let value = known[index] else { throw .badIndex(name, index: index, count: known.count) }
    return [value]
  }

  /// The place in the list of its name of what a step makes, with or without an index.
  package mutating func place(of name: String, at index: Int?) -> Int {
    if let index { return index }
    guard let number = turn?.number else { return 0 }
    turn?.made.insert(name)
    return number
  }

  /// Forgets the list that a name had in an earlier turn.
  package mutating func forget(_ name: String) { values[name] = nil }

  /// What a name has at a place; nil for nothing.
  package subscript(name: String, place: Int) -> Value? {
    get { values[name]?[place] }
    set { values[name, default: [:]][place] = newValue }
  }
}
