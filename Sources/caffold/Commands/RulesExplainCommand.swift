import ArgumentParser
import CaffoldKit
import Engine
import RuleModel
import Rules

/// `caffold rules explain`: one rule with its documentation, pattern, kernels and tests.
struct RulesExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show a rule: its documentation, what it matches, what it does, its tests.",
    discussion: """
        caffold rules explain conv-bn
        caffold rules explain my-rule --rules mine.yaml
      """)

  @Argument(help: ArgumentHelp("The rule.", valueName: "id"))
  var id: String

  @Option(help: ArgumentHelp("A rule file, or a folder of them; may be repeated.", valueName: "path"))
  var rules: [String] = []

  @OptionGroup(title: "Project")
  var project: ProjectFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  func run() throws {
    try reporting {
      var options = try project.options { options in
        options.rules.files = rules
        fork.fill(&options)
      }
      // Any rule can be explained, the built-in ones too.
      options.rules.isIsolated = false
      let schemas = try ForkSchemas(options.protos, Console.observer())
      let (all, _) = try RuleLoader.loadAll(
        options.rules, files: RuleLoader.files(options.rules, fields: schemas.fields))
      if let repeated = RuleSet.repetitions(in: all).first { throw repeated }
      guard let rule = RuleSet.overridden(all).first(where: { $0.id == id }) else {
        throw RuleError(.unknownRule(id, known: all.map(\.id)))
      }
      Console.output(RuleDescription(rule, kernels: KernelRegistry.signatures).text)
    }
  }
}
