import ArgumentParser
import CaffeIO
import Engine
import Rules
import Verification

/// `caffold rules test`: the tests inside rules.
struct RulesTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests inside rules.",
    discussion: """
        caffold rules test                     all built-in rules
        caffold rules test mine.yaml           the rules of a file or folder
        caffold rules test 'conv-*' batchnorm  built-in rules by id, glob or tag

      Exit status: 0 all passed, 1 a test failed, a rule has none or none ran, 2 bad file or rule.
      """)

  @Argument(help: ArgumentHelp("Rule files, folders of them, ids, globs or tags.", valueName: "what"))
  var subjects: [String] = []

  @OptionGroup(title: "Forks")
  var fork: ForkOptions

  @Flag(name: [.short, .long], help: "Name every test.")
  var verbose = false

  @Flag(name: [.short, .long], help: "Print failures only.")
  var quiet = false

  func run() throws {
    try reporting {
      let schema = try fork.schema()
      let (rules, layouts) = try chosen(schema)
      let report = RuleTestReport(
        running: rules, layouts: layouts, schema: schema, shapes: ForwardShapes(schema: schema))
      if verbose {
        for (rule, outcomes) in report.rules {
          for outcome in outcomes {
            Console.log("\(outcome.failure == nil ? "passed" : "FAILED")  \(rule.id): \(outcome.test.name)\n")
          }
        }
      }
      for error in report.errors { Console.error(error) }
      if !quiet { Console.log(report.summary + "\n") }
      if !report.errors.isEmpty { throw ExitCode(1) }
    }
  }

  /// The rules that the arguments name, and every layout that they may need.
  private func chosen(_ schema: Schema) throws -> (rules: [Rule], layouts: [BlobLayout]) {
    var options = try RuleOptions.none
    options.rules = subjects.filter(Self.isPath)
    let (all, layouts) = try RuleLoader.loadAll(options, fields: fork.fields(schema))
    var selection = RuleSet.Selection()
    selection.select = subjects.filter { !Self.isPath($0) }
    selection.allowsApproximate = true
    var rules = all.filter { !$0.isBuiltin }
    if let repeated = RuleSet.repetitions(in: rules).first { throw repeated }
    if !selection.select.isEmpty || subjects.isEmpty {
      if subjects.isEmpty { selection.select = ["ALL"] }
      let named = try RuleSet(all.filter(\.isBuiltin), layouts: [], selection: selection).rules
      rules = named + rules
    }
    return (rules, try RuleSet([], layouts: layouts).layouts)
  }

  /// Ids and tags have neither slashes nor endings.
  private static func isPath(_ subject: String) -> Bool {
    subject.contains("/") || subject.hasSuffix(".yaml") || subject.hasSuffix(".yml")
      || Files.isFolder(subject)
  }
}
