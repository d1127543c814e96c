import ArgumentParser
import CaffoldKit
import Engine
import JSON
import RuleModel

/// `caffold rules test`: the tests inside rules.
struct RulesTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests inside rules and layer definitions.",
    discussion: """
        caffold rules test                     the project's rules, else all built-in ones
        caffold rules test mine.yaml           the rules and definitions of a file or folder
        caffold rules test 'conv-*' batchnorm  built-in rules by id, glob or tag

      Exit status: 0 all passed, 1 a test failed, a rule has none or none ran, 2 bad file or rule.
      """)

  @Argument(help: ArgumentHelp("Rule files, folders of them, ids, globs or tags.", valueName: "what"))
  var subjects: [String] = []

  @OptionGroup(title: "Project")
  var project: ProjectFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  @Flag(name: [.short, .long], help: "Name every test.")
  var verbose = false

  @Flag(name: [.short, .long], help: "Print failures only.")
  var quiet = false

  func run() throws {
    try reporting {
      let options = try project.options { fork.fill(&$0) }
      let report = try Caffold.testRules(subjects, options, observer: Console.observer()).report
      switch format {
      case .json: Console.output(Self.json(report).text)
      case .text: print(report)
      }
      if !report.errors.isEmpty { throw ExitCode(1) }
    }
  }

  private func print(_ report: RuleTestReport) {
    if verbose {
      let subjects =
        report.rules.map { ($0.rule.id, $0.outcomes) }
        + report.definitions.map { ($0.definition.types[0], $0.outcomes) }
      for (subject, outcomes) in subjects {
        for outcome in outcomes {
          Console.log("\(outcome.failure == nil ? "passed" : "FAILED")  \(subject): \(outcome.name)\n")
        }
      }
    }
    for error in report.errors { Console.error(error) }
    if !quiet { Console.log(report.summary + "\n") }
  }

  private static func json(_ report: RuleTestReport) -> JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("rules test")),
      ("good", .boolean(report.errors.isEmpty)),
      (
        "rules",
        .array(
          report.rules.map { rule, outcomes in
            .object([
              ("id", .string(rule.id)), ("file", .string(rule.place.path)),
              ("line", .integer(rule.place.line)), ("tests", .array(outcomes.map(json))),
            ])
          })
      ),
      (
        "definitions",
        .array(
          report.definitions.map { definition, outcomes in
            .object([
              ("types", .array(definition.types.map(JSONValue.string))),
              ("file", .string(definition.place.path)), ("line", .integer(definition.place.line)),
              ("tests", .array(outcomes.map(json))),
            ])
          })
      ),
    ])
  }

  private static func json(_ outcome: TestOutcome) -> JSONValue {
    .object([
      ("name", .string(outcome.name)), ("line", .integer(outcome.place.line)),
      ("passed", .boolean(outcome.failure == nil)),
      ("failure", outcome.failure.map(JSONValue.string) ?? .null),
    ])
  }
}
