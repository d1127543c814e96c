import ArgumentParser
import CaffeIO
import CaffoldKit
import Diagnostics
import Glibc
import JSON

/// One model of `caffold fold --batch`, in a process of its own: a crash, or memory that runs out, takes that model only.
struct FoldRequestCommand: ParsableCommand {
  static let name = "fold-request"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Fold the model that a batch describes on standard input.",
    shouldDisplay: false)

  func run() throws {
    try reporting {
      let request = try BatchRequest(
        reading: SourceText(path: "the request of the batch", bytes: try Self.standardInput()))
      let result = try Caffold.fold(
        request.model, request.options, to: request.outputs, observer: Console.observer())
      try FoldPrinter.quiet.print(result)
      Console.output(JSONValue.object(BatchSummary(result).members).text)
    }
  }

  private static func standardInput() throws -> [UInt8] {
    let file = try InputFile(owning: dup(STDIN_FILENO), path: "the request of the batch")
    return try Files.read(file)
  }
}
