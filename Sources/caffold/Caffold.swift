import ArgumentParser

@main
struct Caffold: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "caffold",
    abstract: "Make trained Caffe networks ready for inference.",
    discussion: """
      Folds BatchNorm and Scale into the layer before them, drops Dropout, and does whatever else a rule \
      says, without changing what the net computes.
      """,
    version: version,
    subcommands: [FoldCommand.self, ApplyCommand.self, VerifyCommand.self, RulesCommand.self])

  /// The version, by semantic versioning.
  static let version = "0.1.0"

  static func main() {
    HeadStart.begin(CommandLine.arguments.dropFirst())
    main(nil)
  }
}
