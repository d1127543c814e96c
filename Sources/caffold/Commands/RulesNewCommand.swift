import ArgumentParser
import RuleModel
import Rules

/// `caffold rules new`: a rule, a target or a definition to begin with.
struct RulesNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Print a new rule file, commented, with tests that pass.",
    discussion: """
        caffold rules new my-rule > my-rule.yaml
        caffold rules new my-check --report > my-check.yaml
        caffold rules new my-chip --target > my-chip.yaml
        caffold rules new --layer VendorClip > vendor-clip.yaml
      """)

  @Argument(
    help: ArgumentHelp(
      "The id of the rule or target: lower-case letters, digits and hyphens.", valueName: "id")
  )
  var id: String?

  @Flag(name: .customLong("report"), help: "Print a rule that reports, for 'caffold check'.")
  var reports = false

  @Flag(
    name: .customLong("target"),
    help: "Print a target: a file that says which nets another program accepts.")
  var isTarget = false

  @Option(
    name: .customLong("layer"),
    help: ArgumentHelp("Print the definition of a layer type to begin with instead.", valueName: "type"))
  var layer: String?

  func validate() throws {
    guard (id == nil) != (layer == nil) else {
      throw ValidationError("give an id, or --layer and a type")
    }
    if layer != nil, reports || isTarget {
      throw ValidationError("--layer excludes --report and --target")
    }
    if reports, isTarget { throw ValidationError("--report and --target exclude each other") }
  }

  func run() throws {
    try reporting {
      if let layer {
        Console.output(DefinitionTemplate.text(type: layer))
        return
      }
      let id = id ?? ""
      Console.output(
        try isTarget
          ? TargetTemplate.text(id: id) : reports ? ReportTemplate.text(id: id) : RuleTemplate.text(id: id))
    }
  }
}
