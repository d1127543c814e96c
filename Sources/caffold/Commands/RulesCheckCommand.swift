import ArgumentParser
import Diagnostics
import Engine
import RuleModel
import Rules

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
  var project: ProjectOptions

  @OptionGroup(title: "Forks")
  var fork: ForkOptions

  @Flag(name: [.short, .long], help: "Print errors only.")
  var quiet = false

  func run() throws {
    var fields: SchemaFields?
    var files = files
    try reporting {
      var fork = fork
      let project = try project.file()
      project?.complete(&fork)
      if files.isEmpty { files = project?.rules ?? [] }
      if files.isEmpty, fork.proto.isEmpty {
        throw ValidationError("give a rule file, or a folder of them")
      }
      fields = fork.fields(try fork.schema(isThorough: !quiet))
    }
    var sources: [SourceText] = []
    var unread: [any DiagnosticError] = []
    for path in files {
      do {
        sources += try RuleLoader.sources(at: path)
      } catch let error as any DiagnosticError {
        unread.append(error)
      }
    }
    let checked = RuleFiles(
      sources, check: { RuleLoader.check($0, fields) }, read: RuleLoader.sources)
    let rules = checked.rules
    let errors: [any DiagnosticError] = checked.errors + unread + RuleSet.repetitions(in: rules)
    let notes = checked.entries.flatMap(\.file.notes)
    if !quiet { for note in notes { Console.error(note) } }
    for error in errors { Console.error(error.diagnostic) }
    guard errors.isEmpty else {
      if !quiet { Console.log("\(Format.counted(errors.count, "error"))\n") }
      throw ExitCode(2)
    }
    if !quiet {
      Console.log(
        "\(Format.counted(rules.count, "rule")) and \(Format.counted(checked.layouts.count, "layout")) in "
          + "\(Format.counted(checked.entries.count, "file")): no errors\n")
    }
  }
}
