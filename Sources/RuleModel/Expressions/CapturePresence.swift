/// Which captures of a pattern may be absent from a match, and what the presence of some says of others.
package struct CapturePresence: Sendable {
  /// The captures that may be absent.
  package var uncertain: Set<String> = []
  /// By capture, those that are there whenever it is.
  package var implied: [String: Set<String>] = [:]
  /// Captures of which one is there whenever the name beside them is.
  package var choices: [(name: String, alternatives: [String])] = []

  /// No capture may be absent.
  package init() {}
}

/// What is known, at one place of an expression, of the captures that may be absent.
package struct PresenceFacts: Sendable, Equatable {
  /// Captures that are there.
  var present: Set<String> = []
  /// Captures that are not.
  var absent: Set<String> = []

  /// Nothing.
  package init(present: Set<String> = []) { self.present = present }

  /// What both say together.
  package func and(_ other: PresenceFacts) -> PresenceFacts {
    var both = self
    both.present.formUnion(other.present)
    both.absent.formUnion(other.absent)
    return both
  }

  /// What each of both says.
  package func or(_ other: PresenceFacts) -> PresenceFacts {
    var common = self
    common.present.formIntersection(other.present)
    common.absent.formIntersection(other.absent)
    return common
  }

  /// Whether the capture is there, for certain.
  func holds(_ capture: String, in presence: CapturePresence) -> Bool {
    if !presence.uncertain.contains(capture) { return true }
    var known = present
    var isGrowing = true
    while isGrowing, !known.contains(capture) {
      let before = known.count
      for name in known { known.formUnion(presence.implied[name] ?? []) }
      for choice in presence.choices
      where !presence.uncertain.contains(choice.name) || known.contains(choice.name) {
        let left = choice.alternatives.filter { !absent.contains($0) }
        if left.count == 1 { known.insert(left[0]) }
      }
      isGrowing = known.count > before
    }
    return known.contains(capture)
  }
}

extension ExpressionChecker {
  /// The same checker where `facts` hold too: behind `present(relu) and`, for example.
  func assuming(_ more: PresenceFacts) -> ExpressionChecker {
    var checker = self
    checker.facts = facts.and(more)
    return checker
  }

  /// What follows from an expression being true, or from its being false.
  package static func facts(of expression: Expression, being truth: Bool) -> PresenceFacts {
    switch expression.form {
    case .not(let operand): return facts(of: operand, being: !truth)
    case .binary(let operation, let left, let right) where operation.kind == .and || operation.kind == .or:
      let (a, b) = (facts(of: left, being: truth), facts(of: right, being: truth))
      return (operation.kind == .and) == truth ? a.and(b) : a.or(b)
    case .call(let name, let arguments) where name.text == ExpressionFunction.presence:
      guard arguments.count == 1, case .name(let capture) = arguments[0].value.form else {
        return PresenceFacts()
      }
      var facts = PresenceFacts()
      if truth { facts.present.insert(capture) } else { facts.absent.insert(capture) }
      return facts
    default: return PresenceFacts()
    }
  }
}
