import ArgumentParser
import CaffoldKit
import Diagnostics
import JSON

/// `caffold why`: why does a layer stay?
struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Say for one layer what each rule found there, and why it did nothing.",
    discussion: """
      Plans a fold with the same flags and shows what of it concerns the layer: rewrites; rules that found the layer and stopped, with the \
      layers that they had found, the condition that does not hold, the value found and the value wanted; and rules whose search did not \
      come to it. The nearest miss comes first; it is the one that a fold reports.

        caffold why bn1 net.prototxt net.caffemodel
        caffold why bn1 net.prototxt net.caffemodel --rule conv-bn-scale
        caffold why norm1 net.prototxt --rules mine.yaml --format json

      Exit status: 0 done, 2 bad input, file or rule, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("The name of the layer.", valueName: "layer"))
  var layer: String

  @Argument(help: ArgumentHelp("The net definition.", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("Its weights; without them blobs are assumed to fit.", valueName: "weights"))
  var weights: String?

  @Option(help: ArgumentHelp("This rule alone, whether a fold would try it or not.", valueName: "id"))
  var rule: String?

  @OptionGroup(title: "Rules")
  var rules: RuleFlags

  @OptionGroup(title: "Project")
  var project: ProjectFlags

  @OptionGroup(title: "Net")
  var net: NetFlags

  @OptionGroup(title: "Forks")
  var fork: ForkFlags

  @Option(help: ArgumentHelp("text or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  func run() throws {
    try reporting {
      let options = try project.options { options in
        rules.fill(&options)
        net.fill(&options)
        fork.fill(&options)
      }
      let result = try Caffold.why(
        layer, ModelFiles(model: model, weights: weights), rule: rule, options, observer: Console.observer())
      let report = WhyReport(result)
      switch format {
      case .json: Console.output(report.json.text)
      case .text: Console.table(report.text)
      }
    }
  }
}
