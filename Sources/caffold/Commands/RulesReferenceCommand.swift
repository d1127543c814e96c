import ArgumentParser
import CaffoldKit
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

  @Flag(name: .customLong("keys"), help: "Print the page about the keys of rule files instead.")
  var printsKeys = false

  @Flag(
    name: .customLong("operators"), help: "Print the table of the operators of layer definitions instead.")
  var printsOperators = false

  @Flag(name: .customLong("layers"), help: "Print the table of the layer types that are exported instead.")
  var printsLayers = false

  @Flag(
    name: .customLong("expansions"),
    help: "Print the table of the layer types that Caffe layers can replace instead.")
  var printsExpansions = false

  @Flag(name: .customLong("checks"), help: "Print the table of the checks that are always made instead.")
  var printsChecks = false

  @Flag(name: .customLong("targets"), help: "Print the table of the built-in targets instead.")
  var printsTargets = false

  func validate() throws {
    let flags = [
      printsFunctions, printsKeys, printsOperators, printsLayers, printsExpansions, printsChecks,
      printsTargets,
    ]
    guard flags.filter(\.self).count <= 1 else {
      throw ValidationError(
        "--functions, --keys, --operators, --layers, --expansions, --checks and --targets exclude each other")
    }
  }

  func run() throws {
    try reporting {
      if printsFunctions {
        Console.output(FunctionReference.markdown)
      } else if printsKeys {
        Console.output(KeyReference.markdown)
      } else if printsOperators {
        Console.output(DefinitionReference.operators)
      } else if printsLayers {
        Console.output(try DefinitionReference.layers())
      } else if printsExpansions {
        Console.output(try DefinitionReference.expansions())
      } else if printsChecks {
        Console.output(CheckReference.checks)
      } else if printsTargets {
        Console.output(try CheckReference.targets())
      } else {
        Console.output(try BuiltinRules.reference())
      }
    }
  }
}
