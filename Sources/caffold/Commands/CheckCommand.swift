import ArgumentParser
import CaffoldKit
import Diagnostics

/// `caffold check`: what is wrong with nets?
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look for what is wrong with nets; nothing is run and nothing is written.",
    discussion: """
      Checks the definition against the schema, the connections, the shapes, the weights and their numbers, tries rules \
      that report, and says what another program refuses or misreads.

        caffold check deploy.prototxt weights.caffemodel
        caffold check deploy.prototxt weights.caffemodel --target mnn
        caffold check nets/*.prototxt --format sarif > caffold.sarif
        caffold check deploy.prototxt --rules mine.yaml --ignore fork-field

      A comment in the definition keeps a finding out of the report; it is about the line that it ends, or the field or \
      layer behind it:

        # caffold: ignore dead-layer because the loss is read in training

      Exit status: 0 no errors, 1 errors, 2 a file that cannot be read or a rule that is wrong, 64 wrong usage.
      """)

  @Argument(
    help: ArgumentHelp(
      "Net definitions, each with its weights behind it or without.", valueName: "files"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "A program that takes the net over: the name of a built-in target, or a file; may be repeated.",
      valueName: "name|file"))
  var target: [String] = []

  @OptionGroup
  var inputShape: InputShapeFlags

  @OptionGroup(title: "Rules")
  var rules: CheckRuleFlags

  @OptionGroup(title: "Net")
  var state: StateFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Option(
    help: ArgumentHelp("Do not tell the findings that this file names.", valueName: "file"))
  var baseline: String?

  @Option(
    name: .customLong("write-baseline"),
    help: ArgumentHelp("Write all findings to this file, as a baseline for later runs.", valueName: "file"))
  var newBaseline: String?

  @Option(
    help: ArgumentHelp("text, json, sarif or github, on standard output.", valueName: "format"))
  var format: CheckFormat = .text

  @Flag(help: "Print how often each rule found something, instead of the findings.")
  var statistics = false

  @Flag(name: [.short, .long], help: "Print every finding; by default the first few of a rule in each net.")
  var verbose = false

  @Flag(name: [.short, .long], help: "Print errors and warnings, and no notes.")
  var quiet = false

  func validate() throws {
    if files.contains("") { throw ValidationError("a file has an empty name") }
    for (option, values) in [("--target", target), ("--baseline", [baseline].compactMap(\.self))]
    where values.contains("") { throw ValidationError("\(option) has an empty value") }
    if newBaseline?.isEmpty == true || newBaseline == "-" {
      throw ValidationError("--write-baseline needs a path")
    }
    if baseline != nil, newBaseline != nil {
      throw ValidationError("--baseline and --write-baseline exclude each other")
    }
    if statistics, format == .sarif || format == .github {
      throw ValidationError("--statistics goes with --format text or json")
    }
  }

  func run() throws {
    try reporting {
      var options = RunOptions()
      rules.fill(&options)
      state.fill(&options)
      fork.fill(&options)
      var checking = FindingOptions()
      checking.targets = target
      checking.inputShapes = inputShape.shapes
      if let baseline { checking.baseline = try Baseline(path: baseline) }
      let results = try pairs().map {
        try Caffold.check($0, options, checking: checking, observer: Console.observer())
      }
      if let path = newBaseline {
        guard !files.contains(path) else {
          throw ValidationError("--write-baseline would replace '\(path)', which is checked")
        }
        var known = Baseline()
        for result in results { known.add(result.findings, of: result.files.model) }
        try known.write(to: path)
        Console.log(
          "\(Format.counted(results.reduce(0) { $0 + $1.findings.count }, "finding")) written to \(path)\n")
        return
      }
      let shown = results.map { quiet ? $0.withoutNotes : $0 }
      let report = FindingsReport(shown, isVerbose: verbose)
      switch format {
      case .text: Console.table(statistics ? report.statistics : report.text)
      case .json: Console.output(report.json.text)
      case .sarif: Console.output(SarifReport(shown).json.text)
      case .github: Console.output(report.github)
      }
      if results.contains(where: { $0.errorCount > 0 }) { throw ExitCode(1) }
    }
  }

  /// The definitions, each with the weights that stand behind it.
  private func pairs() throws -> [ModelFiles] {
    var pairs: [ModelFiles] = []
    for file in files {
      guard !Caffold.isOnnx(file) else {
        throw ValidationError(
          "'\(file)' is an ONNX file; 'caffold check' reads Caffe nets, and 'caffold inspect' describes ONNX files"
        )
      }
      guard try Caffold.isWeights(file) else {
        pairs.append(ModelFiles(model: file))
        continue
      }
      guard let last = pairs.indices.last, pairs[last].weights == nil else {
        throw ValidationError("'\(file)' holds weights; give them behind their definition")
      }
      pairs[last].weights = file
    }
    return pairs
  }
}

/// The forms of a report of findings.
enum CheckFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
  case sarif
  case github
}

/// Which reporting rules are tried.
struct CheckRuleFlags: ParsableArguments {
  @Option(help: ArgumentHelp("A rule file, or a folder of them; may be repeated.", valueName: "path"))
  var rules: [String] = []

  @Flag(help: "Leave the built-in rules out; the checks that are always made stay.")
  var isolated = false

  @Option(
    help: ArgumentHelp(
      "Only these rules: ids, globs, tags or ALL, separated by commas; the checks that are always made stay.",
      valueName: "rules"))
  var select: [String] = []

  @Option(
    help: ArgumentHelp(
      "Tell nothing of these: ids or globs of rules, checks and statements about targets.", valueName: "rules"
    ))
  var ignore: [String] = []

  @OptionGroup
  var parameters: ParameterFlags

  @OptionGroup
  var extending: ExtendFlags

  func fill(_ options: inout RunOptions) {
    options.rules.files = rules
    options.rules.isIsolated = isolated
    options.rules.select = RuleFlags.words(select)
    options.rules.ignore = RuleFlags.words(ignore)
    parameters.fill(&options)
    extending.fill(&options)
  }
}

extension CheckResult {
  /// The same without notes.
  fileprivate var withoutNotes: CheckResult {
    var result = self
    result.findings.removeAll { $0.severity == .note }
    return result
  }
}
