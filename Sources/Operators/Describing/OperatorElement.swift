/// A Swift type that holds an element of a tensor.
package protocol OperatorElement: Sendable, BitwiseCopyable {
  /// What ONNX leaves where nothing is given: 0, false.
  static var zero: Self { get }
}

/// The bits of a half.
extension UInt16: OperatorElement {}

extension Int64: OperatorElement {}

extension Bool: OperatorElement {
  package static var zero: Bool { false }
}

/// Work that does not look at what the elements are: written once for all element types.
protocol ElementMove {
  /// The elements of the result, from those of inputs of one type.
  func move<T: OperatorElement>(_ inputs: [[T]]) throws(OperatorError) -> [T]
}

extension OperatorValues {
  /// The result of a move; the inputs have one type.
  static func moving(_ inputs: [OperatorValues], by work: some ElementMove) throws(OperatorError)
    -> OperatorValues
  {
    switch inputs[0] {
    case .float: return .float(try work.move(inputs.map(\.floats)))
    case .float16: return .float16(try work.move(inputs.map(\.halves)))
    case .int64: return .int64(try work.move(inputs.map(\.integers)))
    case .bool: return .bool(try work.move(inputs.map(\.booleans)))
    }
  }

  /// The bits of halves; none where the numbers have another type.
  private var halves: [UInt16] {
    if case .float16(let values) = self { return values }
    return []
  }
}

extension OperatorTensor {
  /// The result of a move of this tensor alone; the shape was checked and fits what the move makes.
  func moved(to shape: [Int], by work: some ElementMove) throws(OperatorError) -> OperatorTensor {
    OperatorTensor(shape: shape, values: try .moving([values], by: work))
  }
}
