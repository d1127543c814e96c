import CaffoldKit
import Diagnostics

/// What must hold for any bytes given as a plan file.
enum PlanFileChecks {
  /// What does not hold: a plan is read, or refused with a message.
  static func failure(of bytes: [UInt8]) -> String? {
    do {
      _ = try PlanFile(reading: SourceText(path: "fuzz", bytes: bytes))
      return nil
    } catch {
      return FuzzChecks.failure(of: error)
    }
  }
}
