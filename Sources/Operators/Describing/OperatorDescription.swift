/// One operator: its signature, and how it computes.
///
/// ``OperatorRegistry/run(_:_:)`` checks a call against the signature first. `init` and `run` rely on it: attributes
/// have the kind that the signature says, required inputs are there, element types fit. Values of attributes and
/// shapes of inputs are for the operator to check.
package protocol OperatorDescription: Sendable {
  /// Name, inputs, outputs and attributes.
  static var signature: OperatorSignature { get }

  /// Reads the attributes.
  ///
  /// - Throws: `OperatorError` for a value that the operator does not take.
  init(_ attributes: OperatorAttributes) throws(OperatorError)

  /// Computes the outputs; an input that is left out is nil.
  ///
  /// - Returns: at least as many outputs as the call reads.
  /// - Throws: `OperatorError` for shapes that do not fit.
  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>]

  /// The same in `Float`.
  func runInFloat(_ inputs: [OperatorTensor<Float>?]) throws(OperatorError) -> [OperatorTensor<Float>]

  /// The same in `Double`.
  func runInDouble(_ inputs: [OperatorTensor<Double>?]) throws(OperatorError) -> [OperatorTensor<Double>]
}

extension OperatorDescription {
  package func runInFloat(
    _ inputs: [OperatorTensor<Float>?]
  ) throws(OperatorError) -> [OperatorTensor<Float>] { try run(inputs) }

  package func runInDouble(
    _ inputs: [OperatorTensor<Double>?]
  ) throws(OperatorError) -> [OperatorTensor<Double>] { try run(inputs) }
}

/// An operator without attributes.
protocol StatelessOperator: OperatorDescription {
  init()
}

extension StatelessOperator {
  package init(_ attributes: OperatorAttributes) { self.init() }
}
