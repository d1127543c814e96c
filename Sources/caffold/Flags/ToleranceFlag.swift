import ArgumentParser
import CaffoldKit

/// The option `--tolerance`.
enum ToleranceFlag {
  /// Throws for a tolerance that would make everything equal, or nothing.
  static func validate(_ tolerance: Double) throws {
    guard ToleranceRange.contains(tolerance) else {
      throw ValidationError("--tolerance \(ToleranceRange.sentence)")
    }
  }
}
