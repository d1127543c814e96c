import Engine
import Layers
import RuleModel
import Rules
import Threads

/// What layer types compute, by type: the built-in definitions, and those of the user, which come first.
package struct DefinitionSet: Sendable {
  private var byType: [String: TypeDefinition] = [:]

  /// The built-in definitions, read once.
  private static let builtin = Result { try read() }

  /// The built-in definitions and, before them, these.
  ///
  /// - Throws: never, for built-in definitions that passed the tests; a `DiagnosticError` while somebody edits one.
  package init(adding definitions: [TypeDefinition] = []) throws {
    for definition in try Self.builtin.get() + definitions {
      for type in definition.types { byType[type] = definition }
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

  /// The definition of a type, by its own name or by that of the layer that it is another name for; nil where there is none.
  package func definition(ofType type: String) -> TypeDefinition? {
    byType[type] ?? LayerRegistry.facts(ofType: type)?.names.first.flatMap { byType[$0] }
  }

  /// The definition of what a blob layout explains: that of a BatchNorm asks for nothing but the layout's factor and summand.
  package var definitionByLayout: TypeDefinition? { byType["BatchNorm"] }

  private static func read() throws -> [TypeDefinition] {
    try BuiltinRuleFiles.definitions.flatMap { source in
      try RuleFile(
        source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes,
        operators: OperatorForm.all, isBuiltin: true
      ).definitions
    }
  }
}
