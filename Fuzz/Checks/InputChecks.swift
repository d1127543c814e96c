import Diagnostics
import Verification

/// What must hold for any bytes given as the values of an input.
enum InputChecks {
  /// What does not hold: there are as many values as the shape says, or the file is refused with a message.
  static func failure(of bytes: [UInt8]) -> String? {
    do {
      let input = try InputValues(bytes, path: "fuzz")
      var count = 1
      for size in input.shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, size >= 0 else { return "the shape is \(input.shape)" }
        count = product
      }
      return count == input.values.count ? nil : "\(input.values.count) values for \(input.shape)"
    } catch {
      return FuzzChecks.failure(of: error)
    }
  }
}
