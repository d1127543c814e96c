import ArgumentParser
import CaffoldKit
import RuleModel

/// `caffold rules prove`: rules held against the arithmetic of the layers they rewrite.
struct RulesProveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Try rules on random nets made from their patterns and compare what the nets compute.",
    discussion: """
      Each rule is tried on small nets drawn from its own pattern: types, groups, kernels, pads, strides, ranks, sizes, \
      statistics. Each net is rewritten, both nets are run in double precision and their outputs compared. A net on \
      which they differ is made as small as possible and printed.

        caffold rules prove                     the project's rules, else all built-in ones
        caffold rules prove mine.yaml           the rules of a file or folder
        caffold rules prove 'conv-*' batchnorm  built-in rules by id, glob or tag

      With --together all the rules rewrite the nets of each rule, until no rule matches any more. Use it for rules \
      that rewrite each other's results.

      A rule with parameters is tried with those of --param, its defaults, and those of its tests in turn.

      Exit status: 0 all proven, 1 a rule is wrong or cannot be proven, 2 bad file or rule.
      """)

  @Argument(help: ArgumentHelp("Rule files, folders of them, ids, globs or tags.", valueName: "what"))
  var subjects: [String] = []

  @OptionGroup(title: "Rules")
  var parameters: ParameterFlags

  @OptionGroup(title: "Project")
  var project: ProjectFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Option(help: ArgumentHelp("How many rewritten nets to compare for each rule.", valueName: "number"))
  var instances: Int = ProveOptions().instances

  @Option(help: ArgumentHelp("Where the random numbers begin.", valueName: "number"))
  var seed: UInt64 = ProveOptions().seed

  @Option(
    help: ArgumentHelp(
      "The largest difference allowed, in units of an output's largest number.", valueName: "number"))
  var tolerance: Double = ProveOptions().tolerance

  @Flag(help: "Rewrite the nets of each rule by all the rules, as in a fold with all the rules.")
  var together = false

  @Option(help: ArgumentHelp("How long one rule may take, in seconds.", valueName: "seconds"))
  var time: Double = ProveOptions().seconds

  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  @Flag(
    name: [.short, .long], help: "Say why nets were not rewritten, and of which types those were that were.")
  var verbose = false

  func validate() throws {
    guard (1...ProveOptions.mostInstances).contains(instances) else {
      throw ValidationError("--instances must be between 1 and \(ProveOptions.mostInstances)")
    }
    try ToleranceFlag.validate(tolerance)
    guard time > 0, time <= ProveOptions.mostSeconds else {
      throw ValidationError("--time must be above 0 and at most \(Int(ProveOptions.mostSeconds))")
    }
  }

  func run() throws {
    try reporting {
      let options = try project.options { options in
        parameters.fill(&options)
        fork.fill(&options)
      }
      var proof = ProveOptions()
      proof.instances = instances
      proof.seed = seed
      proof.tolerance = tolerance
      proof.seconds = time
      proof.together = together
      let result = try Caffold.prove(subjects, options, proof: proof, observer: Console.observer())
      let report = ProveReport(result, isVerbose: verbose)
      switch format {
      case .json: Console.output(report.json.text)
      case .text: Console.log(report.text)
      }
      if !result.isGood { throw ExitCode(1) }
    }
  }
}
