import Diagnostics
import Tensors

/// An environment without a net: values by name, for the conditions of a parameter and the numbers of a test.
package struct NamedValues: ExpressionEnvironment {
  /// The values by name.
  var values: [String: ExpressionValue]

  /// Makes an environment of these values.
  package init(_ values: [String: ExpressionValue] = [:]) { self.values = values }

  private static let fault = ExpressionFault("there is no net here")

  /// The value under the name.
  package func value(of name: String) -> ExpressionValue? { values[name] }
  /// There is no net.
  package func name(of layer: LayerReference) -> Name { "" }
  /// There is no net.
  package func type(of layer: LayerReference) -> String { "" }
  /// There is no net.
  package func phase(of layer: LayerReference) -> String { "" }
  /// There is no net.
  package func blobCount(of layer: LayerReference) throws(ExpressionFault) -> Int { throw Self.fault }
  /// There is no net.
  package func blobShape(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> [Int] {
    throw Self.fault
  }
  /// There is no net.
  package func blob(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> LazyTensor {
    throw Self.fault
  }
  /// There is no net.
  package func fault(reading error: any Error) -> ExpressionFault { Self.fault }
  /// There is no net.
  package func values(of layer: LayerReference, side: ValueSide) -> [Name] { [] }
  /// There is no net.
  package func valueShape(of layer: LayerReference, side: ValueSide, at index: Int) -> [Int]? { nil }
  /// There is no net.
  package func attribute(_ path: [String], of layer: LayerReference) -> ExpressionValue? { nil }
  /// There is no net.
  package func hasAttribute(_ path: [String], of layer: LayerReference) -> Bool { false }
  /// There is no net.
  package func isPresent(_ capture: String) -> Bool { false }
  /// There is no net.
  package func place(of layer: LayerReference) throws(ExpressionFault) -> ElementPlace { throw Self.fault }
  /// There is no net.
  package func channels(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault)
    -> Int
  {
    throw Self.fault
  }
  /// There is no net.
  package func isInput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool { false }
  /// There is no net.
  package func isOutput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool { false }
  /// There is no net.
  package var inputCount: Int { 0 }
  /// There is no net.
  package func statistics(of layer: LayerReference) throws(ExpressionFault) -> StoredStatistics {
    throw Self.fault
  }
  /// There is no net.
  package func foreignFieldCount(of layer: LayerReference) throws(ExpressionFault) -> Int { throw Self.fault }
  /// There is no net.
  package func affine(of layer: LayerReference) throws(ExpressionFault) -> (scale: Tensor, shift: Tensor) {
    throw Self.fault
  }
  /// There is no net.
  package func window(of layer: LayerReference) throws(ExpressionFault) -> WindowSizes { throw Self.fault }
}
