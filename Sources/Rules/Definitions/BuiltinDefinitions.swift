import Diagnostics
import Locks
import RuleModel

/// The built-in definitions of layer types. A net has layers of few types, so a file is read on the first request for one of its
/// types, and a definition is checked on the first request for its type.
package final class BuiltinDefinitions: Sendable {
  private let operators: [OperatorForm]
  private let files: [(types: Set<String>, source: @Sendable () -> SourceText)]
  private let memory = Guarded(Memory())

  /// What has been read.
  private struct Memory: Sendable {
    var documents: [Int: DefinitionDocument] = [:]
    var byType: [String: [TypeDefinition]] = [:]
  }

  /// - Parameter operators: what definitions are made of.
  package init(operators: [OperatorForm]) {
    self.operators = operators
    files = BuiltinRuleFiles.definitions
  }

  /// The types that are defined.
  package var types: Set<String> { files.reduce(into: []) { $0.formUnion($1.types) } }

  /// The definitions of a type, in the order of the files and in them.
  ///
  /// The files are part of the program, and a test reads all of them: a wrong one ends the program with its error.
  package func definitions(ofType type: String) -> [TypeDefinition] {
    memory.withLock { memory in
      if let known = memory.byType[type] { return known }
      var found: [TypeDefinition] = []
      for (index, file) in files.enumerated() where file.types.contains(type) {
        do {
          if memory.documents[index] == nil {
            memory.documents[index] = try DefinitionDocument(file.source(), operators: operators)
          }
          found += try memory.documents[index]?.definitions(ofType: type) ?? []
        } catch {
          fatalError("\(error)")
        }
      }
      memory.byType[type] = found
      return found
    }
  }
}

/// A file of built-in definitions as decoded, each of which is checked once.
private struct DefinitionDocument: Sendable {
  private let document: RuleDocument
  private let operators: [OperatorForm]
  private var checked: [Int: TypeDefinition] = [:]

  init(_ source: SourceText, operators: [OperatorForm]) throws {
    let problems = RuleProblems()
    document = try RuleDocument(source, problems)
    if let first = problems.errors.first { throw first }
    self.operators = operators
  }

  /// The definitions of a type, in file order.
  mutating func definitions(ofType type: String) throws -> [TypeDefinition] {
    let checker = DefinitionChecker(
      source: document.source, operators: operators, isBuiltin: true, context: RuleContext())
    var found: [TypeDefinition] = []
    for (index, definition) in document.definitions.enumerated()
    where definition.types.contains(where: { $0.text == type }) {
      let known = try checked[index] ?? checker.check(definition)
      checked[index] = known
      found.append(known)
    }
    return found
  }
}
