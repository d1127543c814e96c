import ArgumentParser
import CaffoldKit

/// Which project file is read.
struct ProjectFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The project file. By default caffold.yaml in the working folder or, inside a repository, in a folder above it.",
      valueName: "file"))
  var config: String?

  @Flag(name: .customLong("no-config"), help: "Read no project file.")
  var isOff = false

  func validate() throws {
    if isOff, config != nil { throw ValidationError("--no-config and --config exclude each other") }
  }

  /// Options of the flags that `fill` reads, completed by the project file.
  func options(_ fill: (inout RunOptions) -> Void) throws -> RunOptions {
    var options = RunOptions()
    fill(&options)
    guard !isOff, let file = try ProjectSearch.file(config, Console.observer()) else { return options }
    try options.complete(with: file)
    return options
  }
}
