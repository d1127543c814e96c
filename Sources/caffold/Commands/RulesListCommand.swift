import ArgumentParser
import CaffoldKit
import Diagnostics
import JSON
import RuleModel
import Rules

/// `caffold rules list`: the rules of a fold with the same flags, in the order they are tried.
struct RulesListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the rules that a fold would try, in their order.",
    discussion: """
        caffold rules list --select ALL
        caffold rules list --rules mine.yaml --format json
      """)

  @OptionGroup(title: "Rules")
  var rules: RuleFlags

  @OptionGroup(title: "Project")
  var project: ProjectFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Option(help: ArgumentHelp("text or json.", valueName: "format"))
  var format: ReportFormat = .text

  func run() throws {
    try reporting {
      let options = try project.options { options in
        rules.fill(&options)
        fork.fill(&options)
      }
      let schemas = try ForkSchemas(options.protos, Console.observer())
      let (all, layouts) = try RuleLoader.loadAll(
        options.rules, files: RuleLoader.files(options.rules, fields: schemas.fields))
      var selection = try options.rules.selection
      // A fold tries no rule that reports; who names one wants to see it.
      if selection.namesRules { selection.kind = nil }
      let set = try RuleSet(all, layouts: layouts, selection: selection)
      switch format {
      case .json: Console.output(json(set).text)
      case .text:
        Console.output(text(set))
        for rule in set.rules {
          for overridden in rule.overridden.prefix(1) {
            Console.error(
              Diagnostic(
                .note, at: .text(rule.place), "overrides '\(rule.id)' of \(overridden.place.description)"))
          }
        }
        if let path = options.projectFile { Console.log("settings from \(path)\n") }
        let others = Set(all.map(\.id)).count - set.rules.count
        if others > 0 {
          Console.log("\(others) more are not selected; see --select ALL and --unsafe\n")
        }
      }
    }
  }

  private func text(_ set: RuleSet) -> String {
    let hasParameters = set.rules.contains { !$0.parameters.isEmpty }
    var rows = [["", "rule", "safety", "tags"] + (hasParameters ? ["parameters"] : []) + ["summary"]]
    rows += set.rules.enumerated().map { index, rule in
      let parameters = rule.parameters.map { $0.text(in: rule) }.joined(separator: " ")
      let safety = rule.report == nil ? rule.safety.rawValue : "reports"
      return ["\(index + 1)", rule.id, safety, rule.tags.joined(separator: ",")]
        + (hasParameters ? [parameters] : []) + [rule.summary]
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = String(repeating: " ", count: widths[0] - row[0].count) + row[0]
      for column in 1..<row.count {
        line += "  " + row[column]
        if column < row.count - 1 {
          line += String(repeating: " ", count: widths[column] - row[column].count)
        }
      }
      return line + "\n"
    }.joined()
  }

  private func json(_ set: RuleSet) -> JSONValue {
    let rules = set.rules.enumerated().map { index, rule in
      JSONValue.object([
        ("order", .integer(index + 1)), ("id", .string(rule.id)),
        ("set", rule.set.map(JSONValue.string) ?? .null), ("tags", .array(rule.tags.map(JSONValue.string))),
        ("safety", .string(rule.safety.rawValue)),
        ("reports", rule.report.map { .string($0.severity.rawValue) } ?? .null),
        ("phase", .string(rule.phase.rawValue)),
        ("priority", .integer(rule.priority)),
        ("parameters", .array(rule.parameters.map { $0.json(in: rule) })),
        ("layers", .integer(rule.pattern.captures.count)),
        ("builtin", .boolean(rule.isBuiltin)), ("file", .string(rule.source.path)),
        ("line", .integer(rule.place.line)),
        (
          "overrides",
          .array(
            rule.overridden.map {
              .object([
                ("file", .string($0.place.path)), ("line", .integer($0.place.line)),
                ("builtin", .boolean($0.isBuiltin)),
              ])
            })
        ), ("tests", .integer(rule.tests.count)),
        ("summary", .string(rule.summary)),
      ])
    }
    return .object([
      ("caffold", .object([("version", .string(Caffold.version))])), ("command", .string("rules list")),
      ("rules", .array(rules)),
    ])
  }
}

extension RuleParameter {
  /// `scale=0.5`, the value that the rule runs with; `mean=…` where one must be given.
  fileprivate func text(in rule: Rule) -> String {
    "\(name)=\(rule.value(ofParameter: name)?.parameterText ?? "…")"
  }

  fileprivate func json(in rule: Rule) -> JSONValue {
    .object([
      ("name", .string(name)), ("type", .string(kind.word)),
      ("words", .array(kind.words.map(JSONValue.string))), ("required", .boolean(isRequired)),
      ("value", rule.value(ofParameter: name).map { .string($0.parameterText) } ?? .null),
      ("summary", .string(summary)),
    ])
  }
}
