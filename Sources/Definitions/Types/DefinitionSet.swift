import Engine
import Layers
import RuleModel
import Rules
import Threads

/// What layer types compute, by type: the built-in definitions, and those of the user, which take their place.
package struct DefinitionSet: Sendable {
  /// Those of the user, in the order in which they are tried: a later one first.
  private var own: [String: [TypeDefinition]] = [:]
  /// The types that the user defines in operators.
  private let ownInOperators: Set<String>

  private static let builtin = BuiltinDefinitions(operators: OperatorForm.all)

  /// The built-in definitions; a type that one of these describes has none of the built-in ones.
  package init(adding definitions: [TypeDefinition] = []) {
    ownInOperators = Set(definitions.filter { !$0.isInLayers }.flatMap(\.types))
    for definition in definitions {
      for type in definition.types { own[type, default: []].insert(definition, at: 0) }
    }
  }

  /// Begins to read the built-in definitions of some types, for a caller that has other work to do before it needs them.
  ///
  /// - Returns: what is to be kept until the definitions are needed: its end waits for the thread.
  package static func readAhead(ofTypes types: Set<String>) -> Future<Void> {
    Future { for type in types { _ = builtin.definitions(ofType: type) } }
  }

  /// The definitions of a type, in the order in which they are tried.
  private func definitions(ofType type: String) -> [TypeDefinition] {
    let builtin = Self.builtin.definitions(ofType: type).reversed().filter { definition in
      // A user's layers for a type that the executor knows describe some of the type, and consist of others of the type.
      let isKept = !definition.isInLayers && LayerRegistry.knows(type)
      return isKept ? !ownInOperators.contains(type) : own[type] == nil
    }
    return (own[type] ?? []) + builtin
  }

  /// The types that are defined, in alphabetical order.
  package var types: [String] { Self.builtin.types.union(own.keys).sorted() }

  /// The types that are defined in operators, in alphabetical order.
  package var typesInOperators: [String] {
    types.filter { definitions(ofType: $0).contains { !$0.isInLayers } }
  }

  /// The definitions of a type in Caffe layers, in the order in which they are tried.
  package func inLayers(ofType type: String) -> [TypeDefinition] {
    definitions(ofType: type).filter(\.isInLayers)
  }

  /// The definitions of a type in operators, in the order in which they are tried; those of the layer that the type is another name
  /// for where it has none of its own.
  package func inOperators(ofType type: String) -> [TypeDefinition] {
    let own = definitions(ofType: type).filter { !$0.isInLayers }
    guard own.isEmpty, let name = LayerRegistry.facts(ofType: type)?.names.first else { return own }
    return definitions(ofType: name).filter { !$0.isInLayers }
  }

  /// The definition of a type in operators that is tried first; nil where there is none.
  package func definition(ofType type: String) -> TypeDefinition? { inOperators(ofType: type).first }

  /// The definition of what a blob layout explains: that of a BatchNorm asks for nothing but the layout's factor and summand.
  package var definitionByLayout: TypeDefinition? {
    definitions(ofType: "BatchNorm").first { !$0.isInLayers }
  }

  /// The definition in operators that describes a layer, or why none of several does. A single definition is taken as it is: who
  /// works it out says what does not hold.
  package func describing(_ layer: LayerID, in net: WorkingNet) -> Result<TypeDefinition?, OtherLayers> {
    let all = inOperators(ofType: net.graph[layer].type)
    guard all.count > 1 else { return .success(all.first) }
    var reasons: [String] = []
    for definition in all {
      if let why = net.misunderstanding(of: layer, by: definition) {
        reasons.append(why)
        continue
      }
      do throws(Refusal.Reason) {
        guard let why = try net.unmetCondition(of: definition, for: layer) else {
          return .success(definition)
        }
        reasons.append(why)
      } catch {
        // Who works it out says what keeps it from being known.
        return .success(definition)
      }
    }
    return .failure(OtherLayers(reasons: reasons))
  }
}

/// Why none of several definitions of a type describes a layer.
package struct OtherLayers: Error {
  /// The reason of each.
  package let reasons: [String]
}
