import ArgumentParser
import Engine
import Definitions
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

  @Flag(
    name: .customLong("operators"), help: "Print the table of the operators of layer definitions instead.")
  var printsOperators = false

  @Flag(name: .customLong("layers"), help: "Print the table of the layer types that are exported instead.")
  var printsLayers = false

  func validate() throws {
    guard [printsFunctions, printsOperators, printsLayers].filter(\.self).count <= 1 else {
      throw ValidationError("--functions, --operators and --layers exclude each other")
    }
  }

  func run() throws {
    try reporting {
      if printsFunctions {
        Console.output(FunctionReference.markdown)
      } else if printsOperators {
        Console.output(DefinitionReference.operators)
      } else if printsLayers {
        Console.output(try DefinitionReference.layers())
      } else {
        Console.output(try BuiltinRules.reference())
      }
    }
  }
}
