import ArgumentParser
import CaffeIO
import Diagnostics
import Engine

/// `caffold apply`: a reviewed plan replayed.
struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Make the rewrites of a plan file, these and no others.",
    discussion: """
      'caffold fold … --plan plan.json' writes the plan. Rewrites with "apply": false, and those that were deleted from \
      the file, are not made. Nothing is written when an input or the rules have changed since, or when a rewrite \
      would do anything else than the plan says.

        caffold apply plan.json -o out/
        caffold apply plan.json elsewhere/deploy.prototxt elsewhere/weights.caffemodel -o out/
        caffold apply plan.json --dry-run

      Exit status: 0 done, 1 the check or --verify found a difference, 2 bad input, file or plan, 64 wrong usage.
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
  var output: OutputOptions

  @OptionGroup(title: "Check")
  var check: CheckOptions

  @OptionGroup(title: "Report")
  var report: ReportOptions

  func validate() throws {
    try output.check(hasWeights: true)
  }

  func run() throws {
    try FoldCommand.reporting {
      let file = try PlanFile(reading: SourceText(path: plan, bytes: try Files.read(plan)))
      // Only now it is known whether there are weights.
      try output.check(hasWeights: file.weights != nil)
      try check.check(hasWeights: file.weights != nil)
      try FoldRun(try fold(file), replaying: file).run()
    }
  }

  /// The fold that made the plan, with the outputs of this run.
  private func fold(_ file: PlanFile) throws -> FoldCommand {
    if file.weights == nil, weights != nil { throw PlanFileError(.weightsGiven) }
    for (role, path, given) in [
      ("net definition", file.model.path, model), ("weights file", file.weights?.path, weights),
    ] {
      if let path, given == nil, !Files.exists(path) {
        throw PlanFileError(.missingInput(role: role, path: path))
      }
    }
    var fold = try FoldCommand.parse(["model", "--definition-only"])
    // The options of the plan stand in for those of a command line.
    fold.model = model ?? file.model.path
    fold.weights = file.weights.map { weights ?? $0.path }
    fold.output = output
    fold.check = check
    fold.report = report
    fold.net.definitionOnly = file.weights == nil
    fold.net.phase = file.options.state.phase == .test ? .test : .train
    fold.net.level = file.options.state.level
    fold.net.stage = file.options.state.stages.map(\.description)
    fold.net.assumeStoredStatistics = file.options.assumesStoredStatistics
    fold.layers.only = file.options.onlyLayers
    fold.layers.skip = file.options.skipLayers
    fold.rules.select = file.options.select
    fold.rules.extendSelect = file.options.extendSelect
    fold.rules.ignore = file.options.ignore
    fold.rules.isolated = file.options.isIsolated
    fold.rules.unsafe = file.options.allowsApproximate
    fold.rules.parameters.values = file.options.parameters
    return fold
  }
}
