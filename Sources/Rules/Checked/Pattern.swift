import Diagnostics

/// What a rule looks for: layers, how they are connected, and what must hold of them.
package struct Pattern: Sendable {
  /// The layers, in the order of the rule file.
  package var captures: [Capture]
  /// The capture the search begins at: one that no other capture reads.
  package var anchor: Int
  /// Conditions on several captures at once.
  package var conditions: [CheckedExpression]

  /// The index of a capture by name.
  package func index(of name: String) -> Int? { captures.firstIndex { $0.name == name } }
}

/// One layer of a pattern.
package struct Capture: Sendable {
  /// The name the rule calls it by.
  package var name: String
  /// The types it may have.
  package var types: TypePattern
  /// A glob that its name must fit; nil for any.
  package var nameGlob: Glob?
  /// False for a pattern of layers that the phase leaves out.
  package var isIncluded: Bool
  /// What it reads.
  package var bottoms: BottomPattern
  /// What else must hold of it.
  package var conditions: [CheckedExpression]
  /// Where it stands.
  package var place: SourcePlace
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

  /// The references in it.
  package var references: [BottomReference] {
    switch self {
    case .unspecified: return []
    case .ordered(let references), .anyOrder(let references): return references
    case .oneOf(let reference): return [reference]
    }
  }
}

/// What one bottom of a captured layer must be.
package enum BottomReference: Sendable, Equatable {
  /// A top of another captured layer.
  case top(capture: Int, index: Int)
  /// `$x`: some value; the same one wherever the name occurs.
  case value(String)
}
