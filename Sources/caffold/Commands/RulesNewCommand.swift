import ArgumentParser
import RuleModel
import Rules

/// `caffold rules new`: a rule to begin with.
struct RulesNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Print a new rule file, commented, with tests that pass.",
    discussion: """
        caffold rules new my-rule > my-rule.yaml
        caffold rules new --layer VendorClip > vendor-clip.yaml
      """)

  @Argument(help: ArgumentHelp("The rule's id: lower-case letters, digits and hyphens.", valueName: "id"))
  var id: String?

  @Option(
    name: .customLong("layer"),
    help: ArgumentHelp("Print the definition of a layer type to begin with instead.", valueName: "type"))
  var layer: String?

  func validate() throws {
    guard (id == nil) != (layer == nil) else {
      throw ValidationError("give the rule's id, or --layer and a type")
    }
  }

  func run() throws {
    try reporting {
      if let layer {
        Console.output(DefinitionTemplate.text(type: layer))
      } else {
        Console.output(try RuleTemplate.text(id: id ?? ""))
      }
    }
  }
}
