import Diagnostics
import Layers

/// What a net computes before a rewrite and after it.
package struct InstanceComparison: Sendable {
  /// The net before.
  package var instance: ProofInstance
  /// The text of the net after.
  package var rewritten: [UInt8]
  /// The blobs that the rewrite changed or made, by layer of the net after.
  package var changedBlobs: [(layer: Name, values: [NetValue<Double>])]
  /// The matched layers of the first rewrite, by capture.
  var types: [(capture: String, type: String)]
  /// How far they are apart.
  package var difference: Difference
  /// The values of the rule's parameters, `mean=1,2`.
  package var parameters: [String] = []

  /// How far two nets are apart.
  package enum Difference: Sendable, Equatable {
    /// By numbers: the worst one of all outputs.
    case numbers(Numbers)
    /// An output has another shape.
    case shape(output: Name, expected: [Int], found: [Int])
    /// An output is gone.
    case missing(output: Name)
    /// An expression of the rule cannot be evaluated.
    case notEvaluated(String)
    /// The rewritten net cannot be run, or could not be written.
    case notRunnable(String)
  }

  /// The worst number.
  package struct Numbers: Sendable, Equatable {
    /// The output.
    package var output: Name
    /// The place in it.
    package var place: [Int]
    /// What the net computes before.
    package var expected: Double
    /// What it computes after.
    package var found: Double
    /// The difference in units of the output's largest number, or of 1 where that is smaller.
    package var error: Double
  }

  /// Whether this shows that the rule is wrong.
  func isWrong(tolerance: Double) -> Bool {
    switch difference {
    case .numbers(let numbers): !(numbers.error <= tolerance)
    case .shape, .missing, .notRunnable, .notEvaluated: true
    }
  }
}
