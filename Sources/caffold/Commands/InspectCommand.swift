import ArgumentParser
import CaffoldKit

/// `caffold inspect`: what is in a net?
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "List the layers of a net: shapes, parameters, cost, memory, and what is strange.",
    discussion: """
      A line per layer, and the sums. Multiply-adds are products with numbers of the parameter blobs. Memory is what the tops take \
      in single precision; a top in the place of its bottom takes none. Peak memory is the most that is in use at a time, when each \
      value is freed after its last reader. No weights are needed; with them, blobs and their numbers are looked at too. Instead of \
      a definition the weights alone may be given, or an ONNX file: a line per node.

        caffold inspect deploy.prototxt weights.caffemodel
        caffold inspect deploy.prototxt --by type
        caffold inspect train.prototxt --phase TRAIN --input-shape data=8,3,224,224
        caffold inspect weights.caffemodel --format csv
        caffold inspect net.onnx --input-shape 8,3,224,224

      On a terminal, long names are shortened so that lines fit; a pipe gets them whole.

      Exit status: 0 done, 2 bad input, 64 wrong usage.
      """)

  @Argument(
    help: ArgumentHelp("The net definition, a weights file alone, or an ONNX file.", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("Its weights.", valueName: "weights"))
  var weights: String?

  @OptionGroup
  var inputShape: InputShapeFlags

  @Option(help: ArgumentHelp("Sum the layers up: type.", valueName: "group"))
  var by: InspectGrouping?

  @Option(
    help: ArgumentHelp(
      "The order of the layers: net, params, macs, memory or name; numbers from the largest.",
      valueName: "key"))
  var sort: InspectOrder = .net

  @OptionGroup(title: "Net")
  var state: StateFlags

  @OptionGroup
  var knowledge: KnowledgeFlags

  @Option(help: ArgumentHelp("table, json or csv, on standard output.", valueName: "format"))
  var format: TableFormat = .table

  @Flag(name: [.short, .long], help: "List every note; by default the first few of each kind.")
  var verbose = false

  func validate() throws {
    if by != nil, format == .csv { throw ValidationError("--format csv lists layers; leave --by out") }
  }

  func run() throws {
    try reporting {
      var options = RunOptions()
      state.fill(&options)
      knowledge.fill(&options)
      let result: InspectResult
      if Caffold.isOnnx(model) {
        guard weights == nil else {
          throw ValidationError("an ONNX file has its own weights; leave '<weights>' out")
        }
        try options.refuseKnowledge(of: model, "an ONNX file")
        result = try Caffold.inspect(
          onnx: model, inputShapes: inputShape.shapes, observer: Console.observer())
      } else if weights == nil, try Caffold.isWeights(model) {
        guard inputShape.shapes.isEmpty else {
          throw ValidationError("--input-shape is for a net definition; '\(model)' holds weights")
        }
        try options.refuseKnowledge(of: model, "a weights file")
        result = try Caffold.inspect(weights: model, observer: Console.observer())
      } else {
        result = try Caffold.inspect(
          ModelFiles(model: model, weights: weights), options, inputShapes: inputShape.shapes,
          observer: Console.observer())
      }
      let report = InspectReport(result, order: sort, grouping: by, isVerbose: verbose)
      switch format {
      case .json: Console.output(report.json.text)
      case .csv: Console.output(report.csv)
      case .table: Console.table(report.text(width: Console.width))
      }
    }
  }
}

/// The forms of a table.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
  case table
  case json
  case csv
}

/// What lines stand for.
enum InspectGrouping: String, ExpressibleByArgument, CaseIterable {
  case type
}

/// The order of lines.
enum InspectOrder: String, ExpressibleByArgument, CaseIterable {
  case net
  case params
  case macs
  case memory
  case name
}
