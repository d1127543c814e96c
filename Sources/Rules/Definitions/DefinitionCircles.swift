import Diagnostics
import RuleModel

/// Layer types whose definitions in Caffe layers lead back to themselves, so that no layer of them can be run.
struct DefinitionCircles {
  /// By type, the layers that a layer of it always becomes.
  private var layers: [String: [LayerStep]] = [:]
  private let types: [String]

  /// Only circles that nothing can end count: a definition with conditions, a layer with `when` or `each`, and a type with
  /// several definitions may end one.
  ///
  /// - Parameter isKnown: whether the program runs a type itself, whatever defines it.
  init(_ definitions: [TypeDefinition], isKnown: (String) -> Bool) {
    types = definitions.flatMap(\.types)
    var several: Set<String> = []
    for definition in definitions {
      for type in Set(definition.types) where !isKnown(type) {
        if layers[type] != nil { several.insert(type) }
        layers[type] =
          !definition.conditions.isEmpty
          ? []
          : definition.steps.compactMap { step in
            if case .layer(let layer) = step, layer.condition == nil { layer } else { nil }
          }
      }
    }
    for type in several { layers[type] = [] }
  }

  /// One error for each definition that closes a circle, at the layer that does so; as many as are told of a file.
  ///
  /// The search keeps a stack of its own: a file may have more definitions in a row than the machine's stack holds.
  var errors: [RuleError] {
    var errors: [RuleError] = []
    var finished: Set<String> = []
    for start in types where !finished.contains(start) {
      var path: [(type: String, next: Int)] = [(start, 0)]
      var places = [start: 0]
      while let (type, next) = path.last, errors.count < RuleProblems.limit {
        guard let layers = layers[type], next < layers.count else {
          path.removeLast()
          places[type] = nil
          finished.insert(type)
          continue
        }
        path[path.count - 1].next += 1
        let layer = layers[next]
        if let place = places[layer.type] {
          errors.append(RuleError(.circularDefinition(path[place...].map(\.type)), at: layer.place))
          path[path.count - 1].next = layers.count
        } else if !finished.contains(layer.type) {
          places[layer.type] = path.count
          path.append((layer.type, 0))
        }
      }
    }
    return errors
  }
}
