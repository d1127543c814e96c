import CaffeIO
import CaffoldKit
import Diagnostics
import Verification

/// What must hold for any bytes given as the values of an input.
enum InputChecks {
  /// What does not hold: there are as many values as the shape says, or the file is refused with a message.
  static func failure(of bytes: [UInt8]) -> String? {
    do {
      return failure(of: try InputValues(bytes, path: "fuzz"))
    } catch {
      return FuzzChecks.failure(of: error)
    }
  }

  private static func failure(of input: InputValues) -> String? {
    var count = 1
    for size in input.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, size >= 0 else { return "the shape is \(input.shape)" }
      count = product
    }
    return count == input.values.count ? nil : "\(input.values.count) values for \(input.shape)"
  }

  /// The same for an archive of such values: each of its arrays holds, or is refused with a message.
  static func failureOfArchive(of bytes: [UInt8]) -> String? {
    do {
      let archive = try NpzFile(InputFile(bytes: bytes, path: "fuzz"))
      for name in archive.names {
        do {
          if let problem = try archive.values(name).flatMap(failure) { return "\(name): \(problem)" }
        } catch {
          if let problem = FuzzChecks.failure(of: error) { return problem }
        }
      }
      return nil
    } catch {
      return FuzzChecks.failure(of: error)
    }
  }
}
