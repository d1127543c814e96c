import ArgumentParser
import CaffoldKit
import Diagnostics
import Glibc
import Threads

@main
struct CaffoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "caffold",
    abstract: "Make trained Caffe networks ready for inference.",
    discussion: """
      Folds BatchNorm and Scale into the layer before them, drops Dropout, and does whatever else a rule \
      says, without changing what the net computes.
      """,
    version: Caffold.version,
    subcommands: [
      FoldCommand.self, ApplyCommand.self, ExportCommand.self, VerifyCommand.self, CheckCommand.self,
      InspectCommand.self, GraphCommand.self, WeightsCommand.self, DiffCommand.self, ExtractCommand.self,
      ReshapeCommand.self, ReduceCommand.self, RunCommand.self, CompareCommand.self, WhyCommand.self,
      RulesCommand.self, FoldRequestCommand.self,
    ])

  static func main() {
    // A limit on the size of files is then an error of the write, like a full disk, and does not end the process.
    signal(SIGXFSZ, SIG_IGN)
    FreedMemory.keep()
    // Swift reads the arguments from /proc, which takes a descriptor.
    guard !CommandLine.arguments.isEmpty else {
      Console.error(
        Diagnostic(.error, at: .none, "the arguments cannot be read: /proc/self/cmdline cannot be opened"))
      Glibc.exit(2)
    }
    if let error = unknownCommand() {
      Console.error(error)
      Glibc.exit(64)
    }
    main(nil)
  }

  /// What is wrong with the first argument, where it is a word and no command; nil where it is one.
  ///
  /// ArgumentParser would speak of unexpected arguments, and has no suggestion.
  private static func unknownCommand() -> Diagnostic? {
    guard CommandLine.arguments.count > 1 else { return nil }
    let word = CommandLine.arguments[1]
    let commands = configuration.subcommands.map { $0.configuration }
    if word.hasPrefix("-") || word == "help" || commands.contains(where: { $0.commandName == word }) {
      return nil
    }
    let shown = commands.filter { $0.shouldDisplay }.compactMap { $0.commandName }
    let remedy = Suggestion.clause(for: word, among: shown)
    return Diagnostic(
      .error, at: .none,
      "there is no command '\(word)'\(remedy.isEmpty ? "; 'caffold --help' lists them" : remedy)")
  }
}
