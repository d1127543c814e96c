/// The tolerances that are allowed. A tolerance is the largest difference allowed, relative to the largest number of a blob.
public enum ToleranceRange {
  /// Whether a tolerance is allowed. At 1 a blob of zeros would be equal to every other.
  public static func contains(_ tolerance: Double) -> Bool { tolerance >= 0 && tolerance < 1 }

  /// The rule as a clause; the name of the option or key stands before it.
  public static let sentence = "must be at least 0 and below 1: at 1, zeros would be equal to any numbers"
}
