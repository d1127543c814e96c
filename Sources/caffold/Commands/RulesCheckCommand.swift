import ArgumentParser
import Diagnostics
import Engine
import Rules

/// `caffold rules check`: everything that is wrong with rule files, without running anything.
struct RulesCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check rule files, and report all errors of all of them.",
    discussion: """
        caffold rules check mine.yaml more-rules/
        caffold rules check mine.yaml --proto fork/caffe.proto

      At most 100 errors of a file are told. Exit status: 0 no errors, 2 errors, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("Rule files, or folders of them.", valueName: "file"))
  var files: [String] = []

  @OptionGroup(title: "Forks")
  var fork: ForkOptions

  @Flag(name: [.short, .long], help: "Print errors only.")
  var quiet = false

  func validate() throws {
    if files.isEmpty, fork.proto.isEmpty { throw ValidationError("give a rule file, or a folder of them") }
  }

  func run() throws {
    var errors: [any DiagnosticError] = []
    var notes: [Diagnostic] = []
    var fields: SchemaFields?
    try reporting { fields = fork.fields(try fork.schema(isThorough: !quiet)) }
    var rules: [Rule] = []
    var layouts = 0
    var paths = 0
    for path in files {
      do {
        for file in try RuleLoader.files(at: path) {
          let (checked, found) = RuleFile.check(
            try RuleLoader.source(file), kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes,
            fields: fields)
          errors += found
          notes += checked.notes
          rules += checked.rules
          layouts += checked.layouts.count
          paths += 1
        }
      } catch let error as any DiagnosticError {
        errors.append(error)
      }
    }
    errors += RuleSet.repetitions(in: rules)
    if !quiet { for note in notes { Console.error(note) } }
    for error in errors { Console.error(error.diagnostic) }
    guard errors.isEmpty else {
      if !quiet { Console.log("\(Format.counted(errors.count, "error"))\n") }
      throw ExitCode(2)
    }
    if !quiet {
      Console.log(
        "\(Format.counted(rules.count, "rule")) and \(Format.counted(layouts, "layout")) in "
          + "\(Format.counted(paths, "file")): no errors\n")
    }
  }
}
