import ArgumentParser
import CaffoldKit

/// `caffold apply`: a reviewed plan replayed.
struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Make the rewrites of a plan file, these and no others.",
    discussion: """
      'caffold fold … --plan plan.json' writes the plan. To disable a rewrite, set its "apply" to false or delete the \
      rewrite from the file. Nothing is written when an input or the rules have changed since, or when a rewrite \
      would do anything else than the plan says.

        caffold apply plan.json -o out/
        caffold apply plan.json elsewhere/deploy.prototxt elsewhere/weights.caffemodel -o out/
        caffold apply plan.json --dry-run

      Exit status: 0 done, 1 nets differ or a check failed, 2 bad input, file or plan, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The plan file.", valueName: "plan"))
  var plan: String

  @Argument(
    help: ArgumentHelp(
      "The net definition, when it is not where it was when the plan was made.", valueName: "model"))
  var model: String?

  @Argument(help: ArgumentHelp("The trained weights, likewise.", valueName: "weights"))
  var weights: String?

  @OptionGroup(title: "Output")
  var output: OutputFlags

  @OptionGroup(title: "Check")
  var check: CheckFlags

  @OptionGroup(title: "Report")
  var report: ReportFlags

  func validate() throws { try output.check(hasWeights: true) }

  func run() throws {
    try reporting {
      let file = try PlanFile(path: plan)
      // Only now it is known whether there are weights.
      try output.check(hasWeights: file.hasWeights)
      try check.check(hasWeights: file.hasWeights)
      let result = try Caffold.apply(
        file, input: PlanInput(model: model, weights: weights), check: check.options, to: output.options,
        recordsOverlaps: report.verbose || report.format == .json, observer: Console.observer())
      try FoldPrinter(report).print(result)
    }
  }
}
