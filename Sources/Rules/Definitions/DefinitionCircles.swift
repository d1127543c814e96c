import Diagnostics
import RuleModel

/// Layer types whose definitions in Caffe layers lead back to themselves, so that no layer of them can be run.
enum DefinitionCircles {
  /// One error for each circle, at the layer that closes it.
  ///
  /// A circle that a condition may end is none: that of a definition, or of a layer in it.
  ///
  /// - Parameter isKnown: whether the program runs a type itself, whatever defines it.
  static func errors(in definitions: [TypeDefinition], isKnown: (String) -> Bool) -> [RuleError] {
    var byType: [String: [TypeDefinition]] = [:]
    for definition in definitions {
      for type in definition.types where !isKnown(type) { byType[type, default: []].append(definition) }
    }
    /// The layers that a layer of a type always becomes.
    func layers(ofType type: String) -> [LayerStep] {
      guard let found = byType[type], found.count == 1, found[0].conditions.isEmpty else { return [] }
      return found[0].steps.compactMap { step in
        if case .layer(let layer) = step, layer.condition == nil { layer } else { nil }
      }
    }
    var errors: [RuleError] = []
    var finished: Set<String> = []
    func visit(_ type: String, behind chain: [String]) {
      guard !finished.contains(type) else { return }
      let chain = chain + [type]
      for layer in layers(ofType: type) {
        if let start = chain.firstIndex(of: layer.type) {
          errors.append(RuleError(.circularDefinition(Array(chain[start...])), at: layer.place))
        } else {
          visit(layer.type, behind: chain)
        }
      }
      finished.insert(type)
    }
    for type in definitions.flatMap(\.types) { visit(type, behind: []) }
    return errors
  }
}
