import ArgumentParser
import CaffoldKit

/// `caffold diff`: what differs between two nets?
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two nets by what is written in them: layers, fields, connections, blobs.",
    discussion: """
      Layers are paired by name. Formatting and comments do not count, nor does a field that is written with the value of its default. \
      Blobs are compared number by number. Nothing is run: 'caffold verify' tells whether two nets compute the same.

        caffold diff a.prototxt b.prototxt
        caffold diff a.prototxt b.prototxt a.caffemodel b.caffemodel
        caffold diff a.caffemodel b.caffemodel

      Exit status: 0 the same, 1 different, 2 bad input, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The first net definition, or weights.", valueName: "a"))
  var first: String

  @Argument(help: ArgumentHelp("The second net definition, or weights.", valueName: "b"))
  var second: String

  @Argument(help: ArgumentHelp("The weights of the first net.", valueName: "weights-a"))
  var firstWeights: String?

  @Argument(help: ArgumentHelp("The weights of the second net.", valueName: "weights-b"))
  var secondWeights: String?

  @Option(
    help: ArgumentHelp(
      "The largest difference of a blob, relative to its largest number, that counts as none.",
      valueName: "number"))
  var tolerance: Double = 0

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Option(help: ArgumentHelp("text or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  func validate() throws {
    try ToleranceFlag.validate(tolerance)
    if firstWeights != nil, secondWeights == nil {
      throw ValidationError("give the weights of both nets, or of none")
    }
  }

  func run() throws {
    try reporting {
      var options = RunOptions()
      fork.fill(&options)
      let result: DiffResult
      let areWeights = (try Caffold.isWeights(first), try Caffold.isWeights(second))
      if firstWeights == nil, areWeights.0, areWeights.1 {
        result = try Caffold.diff(
          weights: first, second, tolerance: tolerance, observer: Console.observer())
      } else {
        if areWeights.0 != areWeights.1 {
          throw ValidationError(
            "'\(areWeights.0 ? first : second)' holds weights and the other file a definition; give two of a kind, or definitions and then weights"
          )
        }
        result = try Caffold.diff(
          ModelFiles(model: first, weights: firstWeights), ModelFiles(model: second, weights: secondWeights),
          options, tolerance: tolerance, observer: Console.observer())
      }
      let report = DiffReport(result)
      switch format {
      case .json: Console.output(report.json.text)
      case .text: Console.table(report.text)
      }
      if !result.isSame { throw ExitCode(1) }
    }
  }
}
