import ArgumentParser
import CaffoldKit
import Engine
import RuleModel
import Rules

/// `caffold rules schema`: the JSON Schema of rule files.
struct RulesSchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of rule files, for editors and validators.",
    discussion: """
        caffold rules schema > caffold-rules.schema.json
        caffold rules schema --project > caffold-project.schema.json

      Editors with yaml-language-server then complete and check a file that begins with
      '# yaml-language-server: $schema=caffold-rules.schema.json'.
      """)

  @Flag(help: "The schema of project files, caffold.yaml.")
  var project = false

  func run() throws {
    let schema = RuleSchema(kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes)
    Console.output((project ? schema.document(of: ProjectGrammar.file) : schema.document).text)
  }
}
