import ArgumentParser
import CaffoldKit

/// What is known of layers when nets are run or looked at: layouts and definitions of rule files, schemas of forks.
struct KnowledgeFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A rule file, or a folder of them; its layouts say what layers compute; may be repeated.",
      valueName: "path"))
  var rules: [String] = []

  @OptionGroup
  var extending: ExtendFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  func validate() throws {
    if rules.contains("") { throw ValidationError("--rules has an empty value") }
  }

  func fill(_ options: inout RunOptions) {
    options.rules.files = rules
    extending.fill(&options)
    fork.fill(&options)
  }
}

extension RunOptions {
  /// Refuses options for net definitions if the file is of another kind.
  func refuseKnowledge(of path: String, _ kind: String) throws {
    guard self != RunOptions() else { return }
    throw ValidationError(
      "--phase, --level, --stage, --rules, --extend-anywhere and --proto are for a net definition; '\(path)' is \(kind); leave them out"
    )
  }
}
