import Diagnostics

/// What is wrong with a rule file, gathered so that one run tells all of it.
final class RuleProblems {
  private var found: [any DiagnosticError] = []
  /// Required keys that an unknown key was a misspelling of, by the place of their mapping.
  private var misspelled: [(place: SourcePlace, key: String)] = []

  /// The errors, in the order of the file.
  var errors: [any DiagnosticError] {
    found.enumerated().sorted { a, b in
      let (left, right) = (Self.position(of: a.element), Self.position(of: b.element))
      return (left.line, left.column, a.offset) < (right.line, right.column, b.offset)
    }.map(\.element)
  }

  /// The result of `body`, or nil and its error gathered.
  func attempt<Result>(_ body: () throws -> Result) -> Result? {
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
  func rejectUnknownKeys(of map: YAMLMap, _ shape: RuleShape) {
    for error in map.unknownKeys(allowed: shape.names) {
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
