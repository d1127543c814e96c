import Layers

/// How many products with constants an operator computes: the usual measure of its cost.
package enum OperatorProducts: Sendable {
  /// None.
  case none
  /// Each number of the output is one: normalisations and products number by number.
  case eachOutput
  /// Each number of the output takes one for each number in a row of the constants: a convolution.
  case rowForEachOutput
  /// Each number of the input takes one for each number in a row of the constants: a transposed convolution.
  case rowForEachInput
  /// Each row of the output takes all constants once: a product of matrices.
  case allForEachRow
  /// They depend on more than the largest constant.
  case unknown

  /// Their number for a call with these shapes of its first input, its first output and its constants; nil where it is not known.
  package func count(input: [Int]?, output: [Int]?, constants: [Int]) -> Int? {
    switch self {
    case .none: 0
    case .eachOutput: output?.saturatingProduct
    case .rowForEachOutput: Self.product(output, constants, over: constants.first)
    case .rowForEachInput: Self.product(input, constants, over: constants.first)
    case .allForEachRow: Self.product(output, constants, over: output?.last)
    case .unknown: nil
    }
  }

  private static func product(_ one: [Int]?, _ other: [Int], over divisor: Int?) -> Int? {
    guard let one, let divisor, divisor > 0 else { return nil }
    let (product, overflow) = one.saturatingProduct.multipliedReportingOverflow(by: other.saturatingProduct)
    return overflow ? nil : product / divisor
  }
}
