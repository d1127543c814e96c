/// The values that steps of a definition have made so far, by name and index in the list of that name.
///
/// Within a repeated group of steps, a name without an index stands for the value of the same repetition.
package struct StepValues<Value> {
  /// Why a name stands for nothing.
  package enum Fault: Error {
    /// No step makes the value, as the conditions of the definition turned out.
    case missing(String)
    /// An index beyond a list.
    case badIndex(String, index: Int, count: Int)
  }

  private var values: [String: [Int: Value]] = [:]
  /// Within a repeated group: the number of the repetition, and the names that it has made without an index.
  private var turn: (number: Int, made: Set<String>)?

  /// Begins with no value.
  package init() {}

  /// Begins repetition `number` of a group, counted from 0; nil ends the group.
  package mutating func begin(_ number: Int?) { turn = number.map { ($0, []) } }

  /// Whether steps of a repeated group are being evaluated.
  package var isRepeating: Bool { turn != nil }

  /// The value of a name at an index, or all values of its list.
  package func values(of name: String, at index: Int?) throws(Fault) -> [Value] {
    let known = values[name] ?? [:]
    guard let index else {
      if let turn, turn.made.contains(name), let value = known[turn.number] { return [value] }
      guard let first = known.first else { throw .missing(name) }
      return known.count == 1 ? [first.value] : known.sorted { $0.key < $1.key }.map { $0.value }
    }
    guard let value = known[index] else { throw .badIndex(name, index: index, count: known.count) }
    return [value]
  }

  /// The index of a step's result in the list of its name, whether or not the step gives one.
  package mutating func place(of name: String, at index: Int?) -> Int {
    if let index { return index }
    guard let number = turn?.number else { return 0 }
    turn?.made.insert(name)
    return number
  }

  /// Removes the list that a name had in an earlier repetition.
  package mutating func forget(_ name: String) { values[name] = nil }

  /// The value of a name at an index; nil where there is none.
  package subscript(name: String, place: Int) -> Value? {
    get { values[name]?[place] }
    set { values[name, default: [:]][place] = newValue }
  }
}
