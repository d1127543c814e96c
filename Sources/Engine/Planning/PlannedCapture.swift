import Rules

/// A capture of a planned rule: behind one reference, and what it accepts ready to be compared.
final class PlannedCapture: Sendable {
  let capture: Capture
  /// The types and globs that it accepts, as messages name them.
  let typeNames: [String]
  /// The types, where it names them all.
  private let literalTypes: [String]?
  /// What it reads.
  let bottoms: BottomPattern
  /// Whether a match may do without it.
  let isOptional: Bool
  /// The captures it is one of; empty for a layer of its own.
  let alternatives: [Int]
  /// The group that makes it a list.
  let group: Int?
  private let isIncluded: Bool

  init(_ capture: Capture) {
    self.capture = capture
    typeNames = capture.types.names
    var literals: [String]?
    if case .oneOf(let globs) = capture.types, globs.allSatisfy({ $0.literal != nil }) {
      literals = globs.map(\.text)
    }
    literalTypes = literals
    bottoms = capture.bottoms
    isOptional = capture.isOptional
    alternatives = capture.alternatives
    group = capture.group
    isIncluded = capture.isIncluded
  }

  /// Whether it can stand for a layer, as far as can be said without the layer's neighbours.
  func accepts(_ layer: LayerID, in graph: NetGraph) -> Bool {
    // Field by field: a copy of the whole layer counts references for each of its parts.
    let index = layer.index
    guard graph.layers[index].isAlive, graph.layers[index].isIncluded == isIncluded,
      acceptsType(graph.layers[index].type)
    else { return false }
    return capture.nameGlob?.matches(graph.layers[index].name) ?? true
  }

  private func acceptsType(_ type: String) -> Bool {
    guard let literalTypes else { return capture.types.accepts(type) }
    for literal in literalTypes where literal == type { return true }
    return false
  }
}
