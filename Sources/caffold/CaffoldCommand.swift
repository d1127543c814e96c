import ArgumentParser
import CaffoldKit

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
      FoldCommand.self, ApplyCommand.self, VerifyCommand.self, RulesCommand.self, FoldRequestCommand.self,
    ])
}
