import Diagnostics
import RuleModel

/// Rule files together with those that they extend, each read once and behind those that it extends.
package struct RuleFiles: Sendable {
  /// One file.
  package struct Entry: Sendable {
    /// Its text.
    package let source: SourceText
    /// What it holds.
    package let file: RuleFile
  }

  /// How many files extend one another at most, one after the other.
  static let depthLimit = 16

  /// The files, in the order in which their rules are taken.
  package private(set) var entries: [Entry] = []
  /// What is wrong with them, file by file; then the definitions of any of them that form a circle.
  package private(set) var errors: [any DiagnosticError] = []

  /// Checks one file.
  package typealias Check = @Sendable (SourceText) -> (file: RuleFile, errors: [any DiagnosticError])

  private let check: Check
  private let read: @Sendable (String) throws -> [SourceText]
  /// By path, what the file extends, itself included.
  private var extended: [String: Set<String>] = [:]

  /// Checks files and what they extend.
  ///
  /// - Parameters:
  ///   - sources: the files that were asked for.
  ///   - isKnown: whether the program runs a layer type itself.
  ///   - read: the text of a file, or of all rule files in a folder.
  package init(
    _ sources: [SourceText], isKnown: (_ type: String) -> Bool, check: @escaping Check,
    read: @escaping @Sendable (String) throws -> [SourceText]
  ) {
    self.check = check
    self.read = read
    for source in sources { _ = add(source, behind: []) }
    errors += DefinitionCircles(definitions, isKnown: isKnown).errors as [any DiagnosticError]
  }

  /// The rules, each knowing the files that it may override rules of.
  package var rules: [Rule] {
    entries.flatMap { entry in
      let paths = extended[RelativePath.normal(entry.source.path)] ?? []
      return entry.file.rules.map { rule in
        var rule = rule
        rule.extendedPaths = paths
        return rule
      }
    }
  }

  /// The lists of types.
  package var typeLists: [TypeList] { entries.flatMap(\.file.typeLists) }

  /// The layouts; a later one takes the place of an earlier one of the same id.
  package var layouts: [BlobLayout] { entries.flatMap(\.file.layouts) }

  /// What the engine goes by where it asks what a layer computes: the layouts, and what the definitions say.
  package var meanings: [BlobLayout] { entries.flatMap(\.file.meanings) }

  /// What layer types compute; a later definition takes the place of an earlier one of the same type.
  package var definitions: [TypeDefinition] { entries.flatMap(\.file.definitions) }

  /// The paths of fields that do not change what a layer computes.
  package var harmlessFields: [String] { entries.flatMap(\.file.harmlessFields) }

  /// Takes in a file and, before it, those that it extends; `chain` are the files that led to it.
  ///
  /// - Returns: the paths of all files that it extends, and its own.
  private mutating func add(_ source: SourceText, behind chain: [String]) -> Set<String> {
    let path = RelativePath.normal(source.path)
    if let known = extended[path] { return known }
    let (file, found) = check(source)
    errors += found
    var paths: Set<String> = [path]
    for reference in file.extends {
      do {
        let wanted = RelativePath.resolve(reference.text, from: source.path)
        let chain = chain + [path]
        if let start = chain.firstIndex(of: wanted) {
          throw RuleError(.circularExtends(Array(chain[start...]) + [wanted]), reference.node)
        }
        guard chain.count < Self.depthLimit else {
          throw RuleError(.deepExtends(limit: Self.depthLimit), reference.node)
        }
        for source in try sources(wanted, of: reference) { paths.formUnion(add(source, behind: chain)) }
      } catch let error as any DiagnosticError {
        errors.append(error)
      } catch {
        errors.append(RuleError(.cannotExtend(reference.text, "\(error)"), reference.node))
      }
    }
    extended[path] = paths
    entries.append(Entry(source: source, file: file))
    return paths
  }

  private func sources(_ path: String, of reference: RuleText) throws -> [SourceText] {
    do {
      return try read(path)
    } catch let error as any DiagnosticError {
      throw RuleError(.cannotExtend(reference.text, error.diagnostic.sentence), reference.node)
    }
  }
}

/// Paths as text; the file system is not asked.
package enum RelativePath {
  /// A path that is relative to the folder of a file.
  package static func resolve(_ path: String, from file: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return normal(path) }
    return normal(file[...slash] + path)
  }

  /// The path without `.`, empty parts, and `..` behind a name.
  package static func normal(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    let joined = parts.joined(separator: "/")
    return path.hasPrefix("/") ? "/" + joined : joined.isEmpty ? "." : joined
  }
}
