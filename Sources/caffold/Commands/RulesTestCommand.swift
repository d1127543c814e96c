import ArgumentParser
import CaffoldKit
import Engine
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

  @Flag(name: [.short, .long], help: "Name every test.")
  var verbose = false

  @Flag(name: [.short, .long], help: "Print failures only.")
  var quiet = false

  func run() throws {
    try reporting {
      let options = try project.options { fork.fill(&$0) }
      let report = try Caffold.testRules(subjects, options, observer: Console.observer()).report
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
      if !report.errors.isEmpty { throw ExitCode(1) }
    }
  }
}
