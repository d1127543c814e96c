import ArgumentParser
import CaffoldKit
import Diagnostics

/// `caffold reduce`: the smallest net for which a command still fails.
struct ReduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reduce",
    abstract: "Find the smallest net for which a command still fails.",
    discussion: """
      The command is run by /bin/sh, first for the whole net, where it must fail: end with a status other than 0, or crash. Then it is run \
      for smaller nets; one counts if the command ends with the same status as for the whole net. In the command, {model} and \
      {weights} stand for the files of the net to try. To look for nets for which a command succeeds, write '! command'.

      Layers are cut out, and inputs of the right shapes replace their tops; layers that keep their input's shape are bypassed; at \
      last the inputs are made smaller. The smallest net found so far is in the output folder at any time, after Ctrl-C as \
      well.

        caffold reduce net.prototxt net.caffemodel --while './run-on-board.sh {model} {weights}' -o small/
        caffold reduce net.prototxt net.caffemodel --while 'convert.py {model}' --says 'axis out of range' -o small/

      Exit status: 0 done, 1 the command does not fail for the whole net, 2 bad input, 64 wrong usage, 130 interrupted.
      """)

  @Argument(help: ArgumentHelp("The net definition.", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("Its weights.", valueName: "weights"))
  var weights: String?

  @Option(
    name: .customLong("while"),
    help: ArgumentHelp(
      "The command that fails; {model} and {weights} are the net to try.", valueName: "command"))
  var command: String

  @Option(
    help: ArgumentHelp(
      "Count a net only if the command also prints this text, on standard output or error.", valueName: "text"
    ))
  var says: String?

  @Option(
    help: ArgumentHelp(
      "How many seconds a run of the command may take; a net whose run takes longer does not count.",
      valueName: "seconds"))
  var timeout: Double = 300

  @Option(help: ArgumentHelp("The largest number of runs of the command.", valueName: "number"))
  var runs: Int = 1000

  @Flag(name: .customLong("keep-shapes"), help: "Leave the shapes of inputs as they are.")
  var keepsShapes = false

  @OptionGroup(title: "Output")
  var place: PlaceFlags

  @OptionGroup
  var inputShape: InputShapeFlags

  @OptionGroup(title: "Net")
  var state: StateFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  @Flag(name: [.short, .long], help: "Print errors and warnings only.")
  var quiet = false

  func validate() throws {
    guard command.contains("{model}") else {
      throw ValidationError("the command of --while must contain {model}, the net definition to try")
    }
    if command.contains("{weights}"), weights == nil {
      throw ValidationError("the command of --while contains {weights}; give the weights of the net too")
    }
    guard timeout > 0, timeout <= 1e6 else {
      throw ValidationError("--timeout must be a number of seconds above 0, at most 1,000,000")
    }
    if runs < 1 { throw ValidationError("--runs must be at least 1") }
    if says == "" { throw ValidationError("--says has an empty value") }
  }

  func run() throws {
    try reporting {
      var options = RunOptions()
      state.fill(&options)
      fork.fill(&options)
      var reducing = ReduceOptions()
      reducing.runLimit = runs
      reducing.inputShapes = inputShape.shapes
      reducing.reducesShapes = !keepsShapes
      let shell = ShellCommand(command, timeout: timeout, words: says)
      let showsSteps = format == .text && !quiet
      let result = try Caffold.reduce(
        ModelFiles(model: model, weights: weights), options, reducing: reducing, writing: place.options,
        observer: Console.observer(),
        report: { if showsSteps { ReduceReport.tell($0) } }, test: { shell.verdict(of: $0) })
      if showsSteps { Console.clearLine() }
      let report = ReduceReport(result, shell, model: model)
      switch format {
      case .json: Console.output(report.json.text)
      case .text: if !quiet || result.end == .noFailure { Console.log(report.text) }
      }
      switch result.end {
      case .noFailure: throw ExitCode(1)
      case .interrupted: throw ExitCode(130)
      case .smallest, .limit: break
      }
    }
  }
}
