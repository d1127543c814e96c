import ArgumentParser

/// What is printed.
struct ReportFlags: ParsableArguments {
  @Option(help: ArgumentHelp("text, on standard error, or json, on standard output.", valueName: "format"))
  var format: ReportFormat = .text

  @Flag(name: [.short, .long], help: "Name every layer that was folded, and every rule's reason.")
  var verbose = false

  @Flag(name: [.short, .long], help: "Print errors and warnings only.")
  var quiet = false
}

/// The forms of a report.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}
