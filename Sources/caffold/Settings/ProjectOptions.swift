import ArgumentParser
import CaffeIO
import Diagnostics
import Glibc
import RuleModel
import Rules

/// Which project file is read.
struct ProjectOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The project file; by default caffold.yaml in the working folder or in one above it.", valueName: "file"
    ))
  var config: String?

  @Flag(name: .customLong("no-config"), help: "Read no project file.")
  var isOff = false

  func validate() throws {
    if isOff, config != nil { throw ValidationError("--no-config and --config exclude each other") }
  }

  /// The project file of the run, if there is one.
  ///
  /// - Throws: the last error of the file; the others are printed.
  func file() throws -> ProjectFile? {
    guard !isOff, let path = config ?? Self.find() else { return nil }
    let (file, errors) = ProjectFile.check(SourceText(path: path, bytes: try Files.read(path)))
    for error in errors.dropLast() { Console.error(error.diagnostic) }
    if let last = errors.last { throw last }
    for (path, place) in file?.paths ?? [] where !Files.exists(path) {
      throw RuleError(.nothingThere(path: path), at: place)
    }
    return file
  }

  /// The nearest project file: in the working folder, or above it as far as the folder of a repository, the home
  /// folder, or the root.
  private static func find() -> String? {
    var folder = ""
    let home = getenv("HOME").map { String(cString: $0) }
    for _ in 0..<256 {
      let path = folder + ProjectFile.name
      if Files.exists(path), !Files.isFolder(path) { return path }
      let here = folder.isEmpty ? "." : folder
      let isEnd =
        [".git", ".hg"].contains { Files.exists(folder + $0) }
        || (home.map { Files.isSame(here, $0) } ?? false)
        || Files.isSame(here, folder + "..")
      if isEnd { return nil }
      folder += "../"
    }
    return nil
  }
}

/// What the command line leaves open, a project file says.
extension ProjectFile {
  /// Files are added; a list that the command line gives stands in the place of the file's; values of parameters go by
  /// their names.
  func complete(_ options: inout RuleOptions) throws {
    options.rules = rules + options.rules
    options.isolated = options.isolated || isIsolated ?? false
    options.unsafe = options.unsafe || allowsApproximate ?? false
    if options.select.isEmpty { options.select = select ?? [] }
    if options.extendSelect.isEmpty { options.extendSelect = extendSelect ?? [] }
    if options.ignore.isEmpty { options.ignore = ignore ?? [] }
    try complete(&options.parameters)
  }

  func complete(_ options: inout ParameterOptions) throws {
    options.values = ParameterArgument.completing(try options.arguments, with: arguments).map(\.description)
  }

  func complete(_ options: inout ForkOptions) { options.proto = proto + options.proto }

  func complete(_ options: inout LayerOptions) {
    if options.only.isEmpty { options.only = onlyLayers ?? [] }
    if options.skip.isEmpty { options.skip = skipLayers ?? [] }
  }

  func complete(_ options: inout NetOptions) {
    options.phase = options.phase ?? phase.flatMap { PhaseArgument(rawValue: $0) }
    if options.stage.isEmpty { options.stage = stages ?? [] }
    options.level = options.level ?? level
    options.assumeStoredStatistics = options.assumeStoredStatistics || assumesStoredStatistics ?? false
  }

  func complete(_ options: inout CheckOptions) {
    if !options.isOff { options.tolerance = options.tolerance ?? tolerance }
  }

  /// The places of what is from this file, in a selection made of completed options.
  func locate(_ selection: inout RuleSet.Selection) {
    selection.places = places
    for index in selection.arguments.indices {
      selection.arguments[index].place =
        arguments.first { $0.description == selection.arguments[index].description }?.place
    }
  }
}

extension FoldCommand {
  /// The command with what the project file says, and the file.
  func completed() throws -> (command: FoldCommand, project: ProjectFile?) {
    guard let project = try self.project.file() else { return (self, nil) }
    var command = self
    try project.complete(&command.rules)
    project.complete(&command.fork)
    project.complete(&command.layers)
    project.complete(&command.net)
    project.complete(&command.check)
    return (command, project)
  }
}
