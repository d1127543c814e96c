import ArgumentParser
import RuleModel
import Rules

/// `caffold rules new`: a rule to begin with.
struct RulesNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Print a new rule file, commented, with tests that pass.",
    discussion: "  caffold rules new my-rule > my-rule.yaml")

  @Argument(help: ArgumentHelp("The rule's id: lower-case letters, digits and hyphens.", valueName: "id"))
  var id: String

  func run() throws {
    try reporting { Console.output(try RuleTemplate.text(id: id)) }
  }
}
