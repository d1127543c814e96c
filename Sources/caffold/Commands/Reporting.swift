import ArgumentParser
import CaffoldKit
import Diagnostics

extension ParsableCommand {
  /// Runs `body`; an error that can say itself is printed and ends the run with status 2.
  func reporting(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let faulty as FaultyFiles {
      for diagnostic in faulty.diagnostics { Console.error(diagnostic) }
      throw ExitCode(2)
    } catch let error as any DiagnosticError {
      Console.error(error.diagnostic)
      throw ExitCode(2)
    }
  }
}
