import ArgumentParser
import Engine
import RuleModel
import Rules
import Verification

/// `caffold rules reference`: the page about the built-in rules.
struct RulesReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Print the reference page of the built-in rules, in Markdown.")

  @Flag(name: .customLong("functions"), help: "Print the table of the functions of expressions instead.")
  var printsFunctions = false

  func run() throws {
    try reporting {
      Console.output(printsFunctions ? FunctionReference.markdown : try BuiltinRules.reference())
    }
  }
}
