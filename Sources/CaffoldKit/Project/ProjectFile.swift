import CaffeIO
import Diagnostics
import RuleModel
import Rules
import YAML

/// A project file, `caffold.yaml`: options for all runs in a folder and those below it.
package struct ProjectFile: Sendable {
  /// What such a file is called where no other is named.
  package static let name = "caffold.yaml"

  /// The file.
  package let source: SourceText
  /// What it says. Paths are relative to the working folder.
  package let options: RunOptions
  /// What `rules` and `proto` name, with the places.
  let paths: [(path: String, place: SourcePlace)]

  /// Reads a project file, and tells everything that is wrong with it.
  package static func check(_ source: SourceText) -> (file: ProjectFile?, errors: [any DiagnosticError]) {
    let problems = RuleProblems()
    let file = problems.attempt { try ProjectFile(source, problems) }
    return (file, problems.errors)
  }

  private init(_ source: SourceText, _ problems: RuleProblems) throws {
    self.source = source
    let root = try YAMLMap(try YAMLDocument(source).root, as: ProjectGrammar.file.name)
    problems.rejectUnknownKeys(of: root, ProjectGrammar.file)
    _ = problems.attempt {
      let schema = try root.required("schema")
      let version = try schema.asInteger(for: .key("schema"))
      guard version == ProjectGrammar.version else { throw RuleError(.unknownSchema(version), schema) }
    }
    var options = RunOptions()
    func words(_ key: String) -> [String] {
      guard root.value(key) != nil, let texts = problems.attempt({ try root.textList(key) }) else {
        return []
      }
      for text in texts { options.rules.places[text.text] = text.node.place }
      return texts.map(\.text)
    }
    var named: [(path: String, place: SourcePlace)] = []
    func paths(_ key: String) -> [String] {
      words(key).map { text in
        let path = RelativePath.resolve(text, from: source.path)
        if let place = options.rules.places[text] { named.append((path, place)) }
        return path
      }
    }
    func flag(_ key: String) -> Bool { (problems.attempt { try root.boolean(key) } ?? nil) ?? false }
    options.rules.files = paths("rules")
    options.protos = paths("proto")
    options.rules.isIsolated = flag("isolated")
    options.rules.select = words("select")
    options.rules.extendSelect = words("extend-select")
    options.rules.ignore = words("ignore")
    options.rules.allowsApproximate = flag("unsafe")
    for argument in problems.attempt({ try Self.arguments(root) }) ?? [] {
      options.rules.parameters.append(argument.description)
      options.rules.places[argument.description] = argument.place
    }
    options.layers.only = words("only-layer")
    options.layers.skip = words("skip-layer")
    options.layers.optional = Set(options.layers.only + options.layers.skip)
    options.net.phase = problems.attempt { try Self.phase(root) } ?? nil
    options.net.stages = words("stage")
    options.net.level = problems.attempt { try root.integer("level") } ?? nil
    options.net.assumesStoredStatistics = flag("assume-stored-statistics")
    options.check.tolerance =
      problems.attempt {
        let tolerance = try root.number("tolerance")
        if let tolerance, !ToleranceRange.contains(tolerance) {
          throw ProjectFileError.badTolerance(try root.required("tolerance").place)
        }
        return tolerance
      } ?? nil
    options.projectFile = source.path
    self.options = options
    self.paths = named
  }

  private static func phase(_ root: YAMLMap) throws -> Phase? {
    guard let phase = try root.text("phase") else { return nil }
    guard let known = Phase(rawValue: phase.text) else {
      throw RuleError(.unknownWord(phase.text, for: "'phase'", allowed: ProjectGrammar.phases), phase.node)
    }
    return known
  }

  private static func arguments(_ root: YAMLMap) throws -> [ParameterArgument] {
    try root.map("param", as: "param")?.texts.map { key, value in
      guard let text = value.parameterText else {
        throw value.wrongKind(.values, .key(key.text))
      }
      return ParameterArgument(key: key.text, text: text, place: key.node.place)
    } ?? []
  }
}

extension RunOptions {
  /// Takes what is open from a project file. Files are added; a list that is given stands in the place of the file's; values
  /// of parameters go by their names.
  ///
  /// - Throws: `RuleError` for a parameter without '='.
  package mutating func complete(with project: ProjectFile) throws {
    let file = project.options
    func filled(_ words: [String], _ others: [String]) -> [String] { words.isEmpty ? others : words }
    rules.files = file.rules.files + rules.files
    protos = file.protos + protos
    rules.isIsolated = rules.isIsolated || file.rules.isIsolated
    rules.allowsApproximate = rules.allowsApproximate || file.rules.allowsApproximate
    rules.select = filled(rules.select, file.rules.select)
    rules.extendSelect = filled(rules.extendSelect, file.rules.extendSelect)
    rules.ignore = filled(rules.ignore, file.rules.ignore)
    rules.parameters = ParameterArgument.completing(try rules.arguments, with: try file.rules.arguments).map(
      \.description)
    if layers.only.isEmpty { layers.optional.formUnion(file.layers.only) }
    if layers.skip.isEmpty { layers.optional.formUnion(file.layers.skip) }
    layers.only = filled(layers.only, file.layers.only)
    layers.skip = filled(layers.skip, file.layers.skip)
    net.phase = net.phase ?? file.net.phase
    net.stages = filled(net.stages, file.net.stages)
    net.level = net.level ?? file.net.level
    net.assumesStoredStatistics = net.assumesStoredStatistics || file.net.assumesStoredStatistics
    check.tolerance = check.isOn ? check.tolerance ?? file.check.tolerance : nil
    rules.places = file.rules.places
    projectFile = file.projectFile
  }
}
