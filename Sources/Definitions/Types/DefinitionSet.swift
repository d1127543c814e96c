import Engine
import Layers
import RuleModel
import Rules
import Threads

/// What layer types compute, by type: the built-in definitions, and those of the user, which take their place.
package struct DefinitionSet: Sendable {
  /// In the order in which they are tried: a later one first.
  private var byType: [String: [TypeDefinition]] = [:]

  /// The built-in definitions, read once.
  private static let builtin = Result { try read() }

  /// The built-in definitions; a type that one of these describes has none of the built-in ones.
  ///
  /// - Throws: never, for built-in definitions that passed the tests; a `DiagnosticError` while somebody edits one.
  package init(adding definitions: [TypeDefinition] = []) throws {
    let own = Set(definitions.flatMap(\.types))
    let ownInOperators = Set(definitions.filter { !$0.isInLayers }.flatMap(\.types))
    for definition in try Self.builtin.get() {
      // A user's layers for a type that the executor knows describe some of the type, and consist of others of the type.
      func isHidden(_ type: String) -> Bool {
        let isKept = !definition.isInLayers && LayerRegistry.description(ofType: type) != nil
        return isKept ? ownInOperators.contains(type) : own.contains(type)
      }
      for type in definition.types where !isHidden(type) {
        byType[type, default: []].insert(definition, at: 0)
      }
    }
    for definition in definitions {
      for type in definition.types { byType[type, default: []].insert(definition, at: 0) }
    }
  }

  /// Begins to read the built-in definitions, for a caller that has other work to do before it needs them.
  ///
  /// - Returns: the thread that reads them, to be joined; nil where none is to be had, and they are read when they are needed.
  package static func readAhead() -> WorkerThread? {
    Parallel.threadCount > 1 ? WorkerThread { _ = builtin } : nil
  }

  /// The types that are defined, in alphabetical order.
  package var types: [String] { byType.keys.sorted() }

  /// The types that are defined in operators, in alphabetical order.
  package var typesInOperators: [String] {
    types.filter { byType[$0]?.contains { !$0.isInLayers } ?? false }
  }

  /// The definitions of a type in Caffe layers, in the order in which they are tried.
  package func inLayers(ofType type: String) -> [TypeDefinition] { (byType[type] ?? []).filter(\.isInLayers) }

  /// The definitions of a type in operators, in the order in which they are tried; those of the layer that the type is another name
  /// for where it has none of its own.
  package func inOperators(ofType type: String) -> [TypeDefinition] {
    let own = (byType[type] ?? []).filter { !$0.isInLayers }
    guard own.isEmpty, let name = LayerRegistry.facts(ofType: type)?.names.first else { return own }
    return (byType[name] ?? []).filter { !$0.isInLayers }
  }

  /// The definition of a type in operators that is tried first; nil where there is none.
  package func definition(ofType type: String) -> TypeDefinition? { inOperators(ofType: type).first }

  /// The definition of what a blob layout explains: that of a BatchNorm asks for nothing but the layout's factor and summand.
  package var definitionByLayout: TypeDefinition? { byType["BatchNorm"]?.first { !$0.isInLayers } }

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

  private static func read() throws -> [TypeDefinition] {
    try BuiltinRuleFiles.definitions.flatMap { source in
      try RuleFile(
        source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes,
        operators: OperatorForm.all, isBuiltin: true
      ).definitions
    }
  }
}

/// Why none of several definitions of a type describes a layer.
package struct OtherLayers: Error {
  /// The reason of each.
  package let reasons: [String]
}
