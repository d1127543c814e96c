import Diagnostics

/// What a rule looks for: layers, how they are connected, and what must hold of them.
package struct Pattern: Sendable {
  /// The layers, in the order of the rule file.
  package var captures: [Capture]
  /// The capture the search begins at: one that must be there and that no other capture reads.
  package var anchor: Int
  /// Conditions on several captures at once.
  package var conditions: [Condition]
  /// Captures that stand for several layers each.
  package var groups: [CaptureGroup] = []
  /// Captures that the way back from the anchor does not meet; they are looked for among readers, in this order.
  package var forward: [Int] = []
  /// By capture: whether every match has a layer for it; for a capture of a group, every element.
  package var isAlwaysPresent: [Bool] = []

  /// Makes one of all its parts.
  package init(
    captures: [Capture], anchor: Int, conditions: [Condition], groups: [CaptureGroup] = [],
    forward: [Int] = [], isAlwaysPresent: [Bool] = []
  ) {
    self.captures = captures
    self.anchor = anchor
    self.conditions = conditions
    self.groups = groups
    self.forward = forward
    self.isAlwaysPresent = isAlwaysPresent
  }

  /// The index of a capture by name.
  package func index(of name: String) -> Int? { captures.firstIndex { $0.name == name } }

  /// The names under which the layer that the search begins at is found: that of the anchor, or those of its
  /// alternatives.
  package var anchorNames: [String] {
    var names: [String] = []
    var pending = [anchor]
    while let capture = pending.popLast() {
      pending += captures[capture].alternatives
      if captures[capture].alternatives.isEmpty { names.append(captures[capture].name) }
    }
    return names
  }

  /// Whether every match has at least one layer for the capture.
  package func isCertain(_ capture: Int) -> Bool {
    guard isAlwaysPresent.isEmpty || isAlwaysPresent[capture] else { return false }
    guard let group = captures[capture].group, case .chain(let times, _, _) = groups[group].kind else {
      return true
    }
    return times.lowerBound > 0
  }

  /// Whether `captures` hold the capture, or all that it may be one of.
  package func isCovered(_ capture: Int, by captures: Set<Int>) -> Bool {
    let alternatives = self.captures[capture].alternatives
    return captures.contains(capture)
      || !alternatives.isEmpty && alternatives.allSatisfy { isCovered($0, by: captures) }
  }

  /// How far from the anchor a layer of a match can lie, in layers.
  package var reach: Int {
    groups.reduce(captures.count) { reach, group in
      guard case .chain(let times, _, _) = group.kind else { return reach }
      return reach + max(0, times.upperBound - 1) * group.captures.count
    }
  }
}

/// What must hold of a match.
package struct Condition: Sendable {
  /// The expression, which is true or false.
  package var expression: CheckedExpression
  /// The sentence that users read where it does not hold; nil for the expression itself.
  package var explanation: String?
  /// Whether the report leaves out layers that fail this condition.
  package var isQuiet: Bool

  /// Makes one of all its parts.
  package init(expression: CheckedExpression, explanation: String? = nil, isQuiet: Bool = false) {
    self.expression = expression
    self.explanation = explanation
    self.isQuiet = isQuiet
  }
}

/// One layer of a pattern, or a name for whichever of several it is.
package struct Capture: Sendable {
  /// The name the rule calls it by.
  package var name: String
  /// The types it may have.
  package var types: TypePattern
  /// The lists that some of the types are from.
  package var typeLists: [String] = []
  /// A glob that its name must fit; nil for any.
  package var nameGlob: Glob?
  /// False for a pattern of layers that the phase leaves out.
  package var isIncluded: Bool
  /// What it reads.
  package var bottoms: BottomPattern
  /// What else must hold of it.
  package var conditions: [Condition]
  /// Where it stands.
  package var place: SourcePlace
  /// Whether a match may do without it: who reads it then reads what it would have read.
  package var isOptional = false
  /// The captures it is one of; empty for a layer of its own.
  package var alternatives: [Int] = []
  /// The group that makes it a list, by index into `Pattern.groups`.
  package var group: Int?

  /// Makes one of all its parts.
  package init(
    name: String, types: TypePattern, typeLists: [String] = [], nameGlob: Glob? = nil, isIncluded: Bool,
    bottoms: BottomPattern,
    conditions: [Condition], place: SourcePlace, isOptional: Bool = false, alternatives: [Int] = [],
    group: Int? = nil
  ) {
    self.name = name
    self.types = types
    self.typeLists = typeLists
    self.nameGlob = nameGlob
    self.isIncluded = isIncluded
    self.bottoms = bottoms
    self.conditions = conditions
    self.place = place
    self.isOptional = isOptional
    self.alternatives = alternatives
    self.group = group
  }
}

/// Captures that stand for several layers each, matched together: one element of the group has a layer for each.
package struct CaptureGroup: Sendable {
  /// What makes them several.
  package enum Kind: Sendable, Equatable {
    /// One element for each bottom of `reader`.
    case every(reader: Int)
    /// One element for each repetition; `first` reads what the chain reads, `last` makes what it makes.
    case chain(times: ClosedRange<Int>, first: Int, last: Int)
  }

  /// What makes them several.
  package var kind: Kind
  /// The captures, in the order of the rule file.
  package var captures: [Int]

  /// Makes one of all its parts.
  package init(kind: Kind, captures: [Int]) {
    self.kind = kind
    self.captures = captures
  }
}

/// The types that a capture accepts.
package enum TypePattern: Sendable {
  /// Any.
  case any
  /// One of these names or globs.
  case oneOf([Glob])

  /// Whether a type fits.
  package func accepts(_ type: String) -> Bool {
    switch self {
    case .any: return true
    case .oneOf(let globs): return globs.contains { $0.matches(type) }
    }
  }

  /// The names and globs; empty for any.
  package var names: [String] {
    switch self {
    case .any: return []
    case .oneOf(let globs): return globs.map(\.text)
    }
  }

  /// The types that this one or `other` accepts.
  package func union(_ other: TypePattern) -> TypePattern {
    guard case .oneOf(let mine) = self, case .oneOf(let more) = other else { return .any }
    return .oneOf(mine + more.filter { !mine.contains($0) })
  }
}

/// What a captured layer reads.
package enum BottomPattern: Sendable {
  /// Anything.
  case unspecified
  /// Exactly these, in order.
  case ordered([BottomReference])
  /// Exactly these, in any order.
  case anyOrder([BottomReference])
  /// This one among others.
  case oneOf(BottomReference)
  /// These among others, in any order.
  case among([BottomReference])
  /// These among others, side by side in this order.
  case adjacent([BottomReference])
  /// This one at each bottom, however many there are.
  case every(BottomReference)

  /// Whether it says nothing.
  package var isUnspecified: Bool {
    if case .unspecified = self { return true }
    return false
  }

  /// The references in it.
  package var references: [BottomReference] {
    switch self {
    case .unspecified: return []
    case .ordered(let references), .anyOrder(let references), .among(let references),
      .adjacent(let references):
      return references
    case .oneOf(let reference), .every(let reference): return [reference]
    }
  }
}

/// What one bottom of a captured layer must be.
package enum BottomReference: Sendable, Equatable {
  /// A top of another captured layer.
  case top(capture: Int, index: Int)
  /// `$x`: some value; the same one wherever the name occurs.
  case value(String)

  /// The capture, if it is one's top.
  package var capture: Int? {
    if case .top(let capture, _) = self { return capture }
    return nil
  }
}
