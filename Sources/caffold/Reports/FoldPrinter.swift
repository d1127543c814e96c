import ArgumentParser
import CaffoldKit

/// Prints the report of a fold.
struct FoldPrinter {
  var format = ReportFormat.text
  var isVerbose = false
  var isQuiet = false
  var showsDiff = false

  /// Prints errors and warnings only.
  static let quiet = FoldPrinter(isQuiet: true)

  /// Prints the report; ends the run with status 1 where the result is not right.
  func print(_ result: FoldResult) throws {
    let report = FoldReport(result, verbose: isVerbose)
    if showsDiff, result.outcome == .done { DiffPrinter.print(result.definitionDiff) }
    switch format {
    case .json: Console.output(report.json.text)
    case .text:
      if !isQuiet, result.outcome == .done { Console.log(report.text) }
      if let target = result.target { Console.log(TargetReport(target).text(isQuiet: isQuiet)) }
    }
    if let failure = FoldFailure(result) {
      if let verification = failure.verification { Console.log(verification.text) }
      Console.error(failure.diagnostic)
      throw ExitCode(1)
    }
    if let target = result.target, !target.isAccepted {
      throw ExitCode(1)
    }
    // The process ends here, and the system takes its memory back at once; a million layers taken apart one by one
    // would be a tenth of the run.
    _ = Unmanaged.passRetained(Kept(result))
  }

  private final class Kept {
    let result: FoldResult
    init(_ result: FoldResult) { self.result = result }
  }
}

extension FoldPrinter {
  init(_ flags: ReportFlags) {
    self.init(
      format: flags.format, isVerbose: flags.verbose, isQuiet: flags.quiet, showsDiff: flags.diff)
  }
}
