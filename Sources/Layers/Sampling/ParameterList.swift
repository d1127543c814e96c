import CaffeIO

/// The parameters of a layer that is being made up, by path and in order.
package struct ParameterList: Sendable {
  private var entries: [(path: [String], literals: [String])] = []

  /// No parameters yet.
  package init() {}

  /// The values at a path as they are written, several for a repeated field; nil when there is none.
  package subscript(path: String...) -> [String]? {
    get { entries.first { $0.path == path }?.literals }
    set { self[path] = newValue }
  }

  /// The values at a path.
  package subscript(path: [String]) -> [String]? {
    get { entries.first { $0.path == path }?.literals }
    set {
      let place = entries.firstIndex { $0.path == path }
      switch (place, newValue) {
      case (let place?, let literals?): entries[place].literals = literals
      case (let place?, nil): entries.remove(at: place)
      case (nil, let literals?): entries.append((path, literals))
      case (nil, nil): break
      }
    }
  }

  /// Where there are values.
  package var paths: [[String]] { entries.map(\.path) }

  /// The fields as they are written, those of one message together.
  package var fields: [NewTextField] { Self.fields(entries.map { ($0.path[...], $0.literals) }) }

  private static func fields(_ entries: [(path: ArraySlice<String>, literals: [String])]) -> [NewTextField] {
    var fields: [NewTextField] = []
    var seen: Set<String> = []
    for entry in entries {
      guard let name = entry.path.first else { continue }
      if entry.path.count == 1 {
        fields += entry.literals.map { NewTextField(name: name, value: .verbatim($0)) }
      } else if seen.insert(name).inserted {
        let inner = entries.filter { $0.path.first == name && $0.path.count > 1 }
        fields.append(
          NewTextField(
            name: name, value: .message(Self.fields(inner.map { ($0.path.dropFirst(), $0.literals) }))))
      }
    }
    return fields
  }
}
