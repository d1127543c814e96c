import ArgumentParser
import CaffoldKit

/// Where a changed net goes, for commands that write one and nothing else.
struct PlaceFlags: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Folder for the output, under the name of the input.", valueName: "folder"))
  var folder: String?

  @Option(
    name: .customLong("output-model"), help: ArgumentHelp("The net definition to write.", valueName: "file"))
  var model: String?

  @Flag(help: "Allow an output to replace a file that this run reads.")
  var force = false

  @Flag(
    name: .customLong("dry-run"), help: "Do everything but write, with the report and exit status of the run."
  )
  var isDryRun = false

  func validate() throws {
    for (option, path) in [("-o", folder), ("--output-model", model)] where path?.isEmpty == true {
      throw ValidationError("\(option) has an empty value; give a path")
    }
    if folder != nil, model != nil { throw ValidationError("-o names a folder; give it, or --output-model") }
    if folder == nil, model == nil, !isDryRun {
      throw ValidationError("say where the net goes: -o FOLDER or --output-model FILE; or --dry-run")
    }
  }

  /// Nil for a dry run without a place.
  var options: OutputOptions? {
    guard folder != nil || model != nil else { return nil }
    var options = OutputOptions()
    options.folder = folder
    options.model = model
    options.mayReplaceInputs = force
    options.isDryRun = isDryRun
    return options
  }
}
