import ArgumentParser
import CaffoldKit

/// A net that is run, and on what.
struct RunningFlags: ParsableArguments {
  @Argument(help: ArgumentHelp("The net definition.", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("Its weights.", valueName: "weights"))
  var weights: String

  @Option(
    help: ArgumentHelp(
      "Values for the inputs: .npy, .pgm, .ppm, or .npz with an array for each; NAME=FILE where there are several.",
      valueName: "file"))
  var input: [String] = []

  @Option(
    name: .customLong("input-shape"),
    help: ArgumentHelp("The shape of an input: 1,3,224,224, or NAME=1,3,224,224.", valueName: "shape"))
  var inputShape: [String] = []

  @Flag(help: "Compute in double precision.")
  var double = false

  @OptionGroup(title: "Net")
  var net: NetFlags

  @OptionGroup
  var knowledge: KnowledgeFlags

  func validate() throws {
    for (option, values) in [("--input", input), ("--input-shape", inputShape)]
    where values.contains("") { throw ValidationError("\(option) has an empty value") }
  }

  var files: ModelFiles { ModelFiles(model: model, weights: weights) }

  var options: RunOptions {
    var options = RunOptions()
    net.fill(&options)
    knowledge.fill(&options)
    return options
  }

  var inputs: InputOptions {
    var inputs = InputOptions()
    inputs.values = input
    inputs.shapes = inputShape
    inputs.isDouble = double
    return inputs
  }
}
