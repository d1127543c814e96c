import ArgumentParser
import CaffoldKit
import Diagnostics
import RuleModel

/// `caffold rules check`: everything that is wrong with rule files, without running anything.
struct RulesCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check rule files, and report all errors of all of them.",
    discussion: """
        caffold rules check mine.yaml more-rules/
        caffold rules check mine.yaml --proto fork/caffe.proto
        caffold rules check                    the rule files of the project

      At most 100 errors of a file are told. Exit status: 0 no errors, 2 errors, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("Rule files, or folders of them.", valueName: "file"))
  var files: [String] = []

  @OptionGroup(title: "Project")
  var project: ProjectFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Flag(name: [.short, .long], help: "Print errors only.")
  var quiet = false

  @OptionGroup
  var extending: ExtendFlags

  func run() throws {
    try reporting {
      var options = try project.options { options in
        extending.fill(&options)
        fork.fill(&options)
      }
      if !files.isEmpty { options.rules.files = files }
      if options.rules.files.isEmpty, options.protos.isEmpty {
        throw ValidationError("give a rule file, or a folder of them")
      }
      let result = try RuleCheck(options, isThorough: !quiet, Console.observer())
      if !quiet { for note in result.notes { Console.error(note) } }
      for error in result.errors { Console.error(error) }
      if !quiet { Console.log(summary(result)) }
      if !result.errors.isEmpty { throw ExitCode(2) }
    }
  }

  private func summary(_ result: RuleCheck) -> String {
    guard result.errors.isEmpty else { return "\(Format.counted(result.errors.count, "error"))\n" }
    var found = [Format.counted(result.ruleCount, "rule"), Format.counted(result.layoutCount, "layout")]
    if result.definitionCount > 0 {
      found =
        found.filter { !$0.hasPrefix("0 ") } + [Format.counted(result.definitionCount, "layer definition")]
    }
    return "\(Wording.list(found, "and")) in \(Format.counted(result.fileCount, "file")): no errors\n"
  }
}
