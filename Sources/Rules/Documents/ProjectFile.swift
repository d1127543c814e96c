import Diagnostics
import RuleModel
import YAML

/// A project file, `caffold.yaml`: the settings of a command line for all runs in a folder and those below it.
package struct ProjectFile: Sendable {
  /// What such a file is called where no other is named.
  package static let name = "caffold.yaml"

  /// The file.
  package let source: SourceText
  /// `rules`: files and folders, relative to the working folder.
  package let rules: [String]
  /// `proto`, likewise.
  package let proto: [String]
  /// `isolated`.
  package let isIsolated: Bool?
  /// `select`.
  package let select: [String]?
  /// `extend-select`.
  package let extendSelect: [String]?
  /// `ignore`.
  package let ignore: [String]?
  /// `unsafe`.
  package let allowsApproximate: Bool?
  /// `param`.
  package let arguments: [ParameterArgument]
  /// `only-layer`.
  package let onlyLayers: [String]?
  /// `skip-layer`.
  package let skipLayers: [String]?
  /// `phase`, `TEST` or `TRAIN`.
  package let phase: String?
  /// `stage`.
  package let stages: [String]?
  /// `level`.
  package let level: Int?
  /// `assume-stored-statistics`.
  package let assumesStoredStatistics: Bool?
  /// `tolerance`.
  package let tolerance: Double?
  /// What `rules` and `proto` name, with the places.
  package let paths: [(path: String, place: SourcePlace)]
  /// Where each selector stands.
  package let places: [String: SourcePlace]

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
    var places: [String: SourcePlace] = [:]
    func words(_ key: String) -> [String]? {
      guard root.value(key) != nil, let texts = problems.attempt({ try root.textList(key) }) else {
        return nil
      }
      for text in texts { places[text.text] = text.node.place }
      return texts.map(\.text)
    }
    var named: [(path: String, place: SourcePlace)] = []
    func paths(_ key: String) -> [String] {
      (words(key) ?? []).map { text in
        let path = RelativePath.resolve(text, from: source.path)
        if let place = places[text] { named.append((path, place)) }
        return path
      }
    }
    func flag(_ key: String) -> Bool? { problems.attempt { try root.boolean(key) } ?? nil }
    rules = paths("rules")
    proto = paths("proto")
    isIsolated = flag("isolated")
    select = words("select")
    extendSelect = words("extend-select")
    ignore = words("ignore")
    allowsApproximate = flag("unsafe")
    arguments = problems.attempt { try Self.arguments(root) } ?? []
    onlyLayers = words("only-layer")
    skipLayers = words("skip-layer")
    phase =
      problems.attempt {
        try root.text("phase").map { phase in
          guard ProjectGrammar.phases.contains(phase.text) else {
            throw RuleError(
              .unknownWord(phase.text, for: "'phase'", allowed: ProjectGrammar.phases), phase.node)
          }
          return phase.text
        }
      } ?? nil
    stages = words("stage")
    level = problems.attempt { try root.integer("level") } ?? nil
    assumesStoredStatistics = flag("assume-stored-statistics")
    tolerance =
      problems.attempt {
        let tolerance = try root.number("tolerance")
        if let tolerance, !(tolerance >= 0) { throw RuleError(.badTolerance, try root.required("tolerance")) }
        return tolerance
      } ?? nil
    self.paths = named
    self.places = places
  }

  private static func arguments(_ root: YAMLMap) throws -> [ParameterArgument] {
    try root.map("param", as: "param")?.texts.map { key, value in
      guard let text = value.parameterText else {
        throw value.wrongKind(.stringOrSequence, .key(key.text))
      }
      return ParameterArgument(key: key.text, text: text, place: key.node.place)
    } ?? []
  }
}

/// The keys of a project file.
package enum ProjectGrammar {
  /// The version of the format.
  static let version = 1
  /// What `phase` can be.
  static let phases = ["TEST", "TRAIN"]

  /// A whole project file.
  package static let file = RuleShape(
    "project file",
    keys: [
      RuleKey("schema", .version, isRequired: true, "The version of the format."),
      RuleKey("rules", .texts, "Rule files, or folders of them, relative to this file."),
      RuleKey(
        "proto", .texts, "A fork's own caffe.proto, or the part that the fork adds, relative to this file."),
      RuleKey("isolated", .boolean, "Whether the built-in rules are left out."),
      RuleKey("select", .texts, "Only these rules: ids, globs, tags or ALL."),
      RuleKey("extend-select", .texts, "These rules too."),
      RuleKey("ignore", .texts, "Not these rules."),
      RuleKey("unsafe", .boolean, "Whether rules that are not exact may run."),
      RuleKey("param", .parameterValues, "Values of rules' parameters, by name or by 'rule-id.name'."),
      RuleKey("only-layer", .texts, "Rewrite only matches whose layers all fit one of these globs."),
      RuleKey("skip-layer", .texts, "Leave layers that fit one of these globs alone."),
      RuleKey("phase", .words(phases), "The phase whose layers are taken."),
      RuleKey("stage", .texts, "Stages that are on, for include and exclude rules."),
      RuleKey("level", .integer, "The level, for include and exclude rules."),
      RuleKey(
        "assume-stored-statistics", .boolean,
        "Whether stored statistics are folded even where 'use_global_stats: false' asks for those of the batch."
      ),
      RuleKey(
        "tolerance", .number,
        "The largest difference a rewrite may make, relative to the largest number of a channel."),
    ])
}
