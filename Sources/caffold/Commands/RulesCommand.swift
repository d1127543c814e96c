import ArgumentParser

/// `caffold rules`: what there is, what it means, and whether it is right.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "List, explain, check, test, prove and begin rules.",
    discussion: """
      Exit status: 0 done, 1 a test failed or none ran, 2 bad file or rule, 64 wrong usage.
      """,
    subcommands: [
      RulesListCommand.self, RulesExplainCommand.self, RulesCheckCommand.self, RulesTestCommand.self,
      RulesProveCommand.self,
      RulesSchemaCommand.self, RulesNewCommand.self, RulesReferenceCommand.self,
    ])
}
