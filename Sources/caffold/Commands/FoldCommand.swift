import ArgumentParser
import CaffoldKit
import Diagnostics

/// `caffold fold`: the main job.
struct FoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fold",
    abstract: "Rewrite a net by rules and write the result.",
    discussion: """
      Without options it writes MODEL_inference.prototxt and WEIGHTS_inference.caffemodel beside the inputs.

        caffold fold deploy.prototxt weights.caffemodel -o out/
        caffold fold deploy.prototxt weights.caffemodel --dry-run --format json
        caffold fold deploy.prototxt --definition-only --output-model folded.prototxt
        caffold fold deploy.prototxt weights.caffemodel --plan plan.json

        caffold fold deploy.prototxt weights.caffemodel -o out/ --report report.html
        caffold fold --batch models/ -o out/ -j 4
        caffold fold --batch models/ -o out/ --report pages/

      Of the sets of built-in rules, inference and forks are on. --extend-select adds others: deploy makes a deploy net of a training \
      net, upgrade writes the current syntax, expand-forks puts BVLC's layers in the place of a fork's, portable and portable-names \
      write fields and names that all forks read, preprocess folds the input's mean and scale, equalize evens out the ranges of \
      channels, fuse-linear merges linear layers.

      Before anything is written, the layers of every rewrite are run before and after it, on random values with the \
      real weights.

      With --target the rules that bring a net to another program are selected too, and what that program still refuses or \
      misreads of the result is told:

        caffold fold deploy.prototxt weights.caffemodel -o out/ --target mnn

      With --check nothing is written, and the exit status says whether there is something to fold:

        caffold fold deploy.prototxt weights.caffemodel --check

      Exit status: 0 done, 1 nets differ or a check failed, the target refuses the result, --check found something to fold, \
      or a model of the batch failed, 2 bad input, file or rule, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The net definition (.prototxt).", valueName: "model"))
  var model: String = ""

  @Argument(help: ArgumentHelp("The trained weights (.caffemodel).", valueName: "weights"))
  var weights: String?

  @Flag(
    name: .customLong("definition-only"),
    help: "Rewrite the net definition without weights; blobs are assumed to be there and to fit.")
  var definitionOnly = false

  @Flag(
    name: .customLong("check"),
    help: "Write nothing; exit with 1 when there is something to fold, with 0 when there is not.")
  var onlyChecks = false

  @Option(
    help: ArgumentHelp(
      "The program that takes the result over, a built-in target or a file: select the rules that it needs, and tell what it still refuses.",
      valueName: "name|file"))
  var target: String?

  @OptionGroup(title: "Output")
  var output: OutputFlags

  @OptionGroup(title: "Batch")
  var batch: BatchFlags

  @OptionGroup(title: "Rules")
  var rules: RuleFlags

  @OptionGroup(title: "Project")
  var project: ProjectFlags

  @OptionGroup(title: "Layers")
  var layers: LayerFlags

  @OptionGroup(title: "Net")
  var net: NetFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @OptionGroup(title: "Check")
  var check: CheckFlags

  @OptionGroup(title: "Report")
  var report: ReportFlags

  func validate() throws {
    if target?.isEmpty == true { throw ValidationError("--target has an empty value") }
    if onlyChecks, output.namesAny || output.dryRun || output.verify {
      throw ValidationError("--check writes nothing; leave the options about outputs out")
    }
    if batch.models != nil { return try validateBatch() }
    if model.isEmpty { throw ValidationError("Missing expected argument '<model>'") }
    if batch.jobs != nil { throw ValidationError("-j is for --batch") }
    if batch.onlyLists { throw ValidationError("--list-models is for --batch") }
    if weights == nil, !definitionOnly {
      throw ValidationError("give the weights file, or --definition-only to rewrite the structure alone")
    }
    if weights != nil, definitionOnly {
      throw ValidationError("--definition-only takes no weights file")
    }
    try output.check(hasWeights: weights != nil)
    try check.check(hasWeights: weights != nil)
  }

  private func validateBatch() throws {
    if !model.isEmpty {
      throw ValidationError("--batch takes its models from the folder or list that it names")
    }
    if output.directory == nil { throw ValidationError("--batch needs -o, the folder for all outputs") }
    if output.model != nil || output.weights != nil || output.plan != nil {
      throw ValidationError("--batch writes to the folder of -o, under the names of the inputs")
    }
    if onlyChecks { throw ValidationError("--check is for one model, not for --batch") }
    if report.diff { throw ValidationError("--diff is for one model, not for --batch") }
    try output.check(hasWeights: !definitionOnly, isBatch: true)
    try check.validate()
    if let jobs = batch.jobs, jobs < 1 { throw ValidationError("-j needs at least 1") }
  }

  func run() throws {
    try reporting {
      var options = try project.options { options in
        rules.fill(&options)
        layers.fill(&options)
        net.fill(&options)
        fork.fill(&options)
        options.check = check.options
        options.target = target
      }
      options.recordsOverlaps = report.verbose || report.format == .json
      if let models = batch.models, let folder = output.directory {
        if batch.onlyLists {
          let found = try BatchList.read(models, output: folder, definitionOnly: definitionOnly)
          return Console.output(BatchList.text(found, of: models))
        }
        var run = try BatchRun(
          batch: models, to: folder, options, output.options, definitionOnly: definitionOnly,
          jobs: batch.jobs, FoldPrinter(report))
        if try !run.run() { throw ExitCode(1) }
        return
      }
      let result = try Caffold.fold(
        ModelFiles(model: model, weights: weights), options, to: onlyChecks ? nil : output.options,
        observer: Console.observer())
      try FoldPrinter(report).print(result)
      if onlyChecks, let rest = FoldRest(result) {
        if report.format == .text, !report.quiet { Console.log(rest.text + "\n") }
        throw ExitCode(1)
      }
    }
  }
}

/// Many models in one run.
struct BatchFlags: ParsableArguments {
  @Option(
    name: .customLong("batch"),
    help: ArgumentHelp(
      "Fold all models of a folder and of the folders in it, or of a list: a line per model, the definition and, behind a tab, the weights. A bad model does not stop the rest; what is up to date is not done again.",
      valueName: "folder|list"))
  var models: String?

  @Flag(
    name: .customLong("list-models"),
    help:
      "Print the models of the batch and do nothing else. --batch reads the list if it lies in the same folder: paths begin there."
  )
  var onlyLists = false

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "How many models at a time; by default as many as there are cores.", valueName: "number"))
  var jobs: Int?
}
