import Diagnostics
import RuleModel
import YAML

/// What is wrong with a rule file, gathered so that one run tells all of it.
package final class RuleProblems {
  /// How many errors of a file are told; the rest of the file is not checked then.
  static let limit = 100

  private var found: [any DiagnosticError] = []
  /// Required keys that an unknown key was a misspelling of, by the place of their mapping.
  private var misspelled: [(place: SourcePlace, key: String)] = []

  /// No problems yet.
  package init() {}

  /// The errors, in the order of the file.
  package var errors: [any DiagnosticError] {
    found.map { ($0, Self.position(of: $0)) }.enumerated().sorted { a, b in
      let (left, right) = (a.element.1, b.element.1)
      return (left.line, left.column, a.offset) < (right.line, right.column, b.offset)
    }.map(\.element.0)
  }

  /// How many there are so far: what was checked in between is sound when it has not grown.
  var count: Int { found.count }

  /// Whether nothing more is checked.
  var isFull: Bool { found.count >= Self.limit }

  /// The results of `body` for the elements that nothing is wrong with.
  func attemptEach<Elements: Sequence, Result>(
    _ elements: Elements, _ body: (Elements.Element) throws -> Result
  ) -> [Result] {
    elements.compactMap { element in attempt { try body(element) } }
  }

  /// The result of `body`, or nil and its error gathered.
  package func attempt<Result>(_ body: () throws -> Result) -> Result? {
    guard !isFull else { return nil }
    do {
      return try body()
    } catch let error as any DiagnosticError {
      note(error)
    } catch {
      note(RuleError(.unreadable("\(error)")))
    }
    return nil
  }

  /// Gathers one error for each key of `map` that is not in `shape`.
  package func rejectUnknownKeys(of map: YAMLMap, _ shape: RuleShape) {
    for error in map.unknownKeys(allowed: shape.names, limit: Self.limit - found.count) {
      found.append(error)
      if case .unknownKey(let key, let allowed) = error.kind,
        let meant = Suggestion.nearest(to: key, among: allowed)
      {
        misspelled.append((map.node.place, meant))
      }
    }
  }

  private func note(_ error: any DiagnosticError) {
    // 'sumary' is unknown, and therefore 'summary' is missing: one mistake, one message.
    if let error = error as? YAMLError, case .missingKey(let key, _) = error.kind,
      misspelled.contains(where: { $0.key == key && $0.place == error.place })
    {
      return
    }
    found.append(error)
  }

  private static func position(of error: any DiagnosticError) -> (line: Int, column: Int) {
    if case .text(let place) = error.diagnostic.location { return (place.line, place.column) }
    return (0, 0)
  }
}
