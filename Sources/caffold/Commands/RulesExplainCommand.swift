import ArgumentParser
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
  var project: ProjectOptions

  @OptionGroup(title: "Forks")
  var fork: ForkOptions

  func run() throws {
    try reporting {
      var options = try RuleOptions.none
      options.rules = rules
      var fork = fork
      let project = try project.file()
      try project?.complete(&options)
      // Any rule can be explained, the built-in ones too.
      options.isolated = false
      project?.complete(&fork)
      let (all, _) = try RuleLoader.loadAll(options, fields: fork.fields(try fork.schema()))
      if let repeated = RuleSet.repetitions(in: all).first { throw repeated }
      guard let rule = RuleSet.overridden(all).first(where: { $0.id == id }) else {
        throw RuleError(.unknownRule(id, known: all.map(\.id)))
      }
      Console.output(RuleDescription(rule, kernels: KernelRegistry.signatures).text)
    }
  }
}
