import ArgumentParser

/// What is printed.
struct ReportFlags: ParsableArguments {
  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  @Flag(name: [.short, .long], help: "Name every layer that was folded, and every rule's reason.")
  var verbose = false

  @Flag(name: [.short, .long], help: "Print errors and warnings only.")
  var quiet = false

  @Flag(help: "Print how the net definition changes, as 'diff -u' does, on standard output.")
  var diff = false

  func validate() throws {
    if diff, format == .json {
      throw ValidationError("--diff and --format json both take standard output; give one")
    }
  }
}

/// The forms of a report.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}
