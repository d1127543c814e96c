import RuleModel

/// A capture of a planned rule: behind one reference, and what it accepts ready to be compared.
final class PlannedCapture: Sendable {
  let capture: Capture
  /// The types and globs that it accepts, as messages name them.
  let typeNames: [String]
  /// The numbers of the types, where it names them all.
  private let typeIDs: [Int]?
  /// What it reads.
  let bottoms: BottomPattern
  /// Whether a match may do without it.
  let isOptional: Bool
  /// The captures it is one of; empty for a layer of its own.
  let alternatives: [Int]
  /// The group that makes it a list.
  let group: Int?
  private let isIncluded: Bool

  /// Whether it stands for one layer, and no other capture for it.
  var isPlain: Bool { alternatives.isEmpty && group == nil }

  init(_ capture: Capture, types: inout TypeNumbers) {
    self.capture = capture
    typeNames = capture.types.names
    var typeIDs: [Int]?
    if case .oneOf(let globs) = capture.types, globs.allSatisfy({ $0.literal != nil }) {
      typeIDs = []
      for glob in globs { typeIDs?.append(types.number(of: glob.text)) }
    }
    self.typeIDs = typeIDs
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
      acceptsType(of: index, in: graph)
    else { return false }
    return capture.nameGlob?.matches(graph.layers[index].name) ?? true
  }

  private func acceptsType(of layer: Int, in graph: NetGraph) -> Bool {
    guard let typeIDs else { return capture.types.accepts(graph.layers[layer].type) }
    let type = graph.layers[layer].typeID
    for accepted in typeIDs where accepted == type { return true }
    return false
  }
}
