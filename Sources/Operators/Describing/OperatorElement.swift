/// A Swift type that holds an element of a tensor.
protocol OperatorElement: Sendable, BitwiseCopyable {
  /// What ONNX leaves where nothing is given: 0, false.
  static var zero: Self { get }
  /// Numbers of this type as those of a tensor.
  static func wrapped(_ values: [Self]) -> OperatorValues
  /// The numbers of a tensor; none where they have another type.
  static func unwrapped(_ values: OperatorValues) -> [Self]
}

extension Float: OperatorElement {
  static func wrapped(_ values: [Float]) -> OperatorValues { .float(values) }
  static func unwrapped(_ values: OperatorValues) -> [Float] {
    if case .float(let values) = values { return values }
    return []
  }
}

/// The bits of a half.
extension UInt16: OperatorElement {
  static func wrapped(_ values: [UInt16]) -> OperatorValues { .float16(values) }
  static func unwrapped(_ values: OperatorValues) -> [UInt16] {
    if case .float16(let values) = values { return values }
    return []
  }
}

extension Int64: OperatorElement {
  static func wrapped(_ values: [Int64]) -> OperatorValues { .int64(values) }
  static func unwrapped(_ values: OperatorValues) -> [Int64] {
    if case .int64(let values) = values { return values }
    return []
  }
}

extension Bool: OperatorElement {
  static var zero: Bool { false }
  static func wrapped(_ values: [Bool]) -> OperatorValues { .bool(values) }
  static func unwrapped(_ values: OperatorValues) -> [Bool] {
    if case .bool(let values) = values { return values }
    return []
  }
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
    func moved<T: OperatorElement>(_ type: T.Type) throws(OperatorError) -> OperatorValues {
      T.wrapped(try work.move(inputs.map(T.unwrapped)))
    }
    switch inputs[0].type {
    case .float: return try moved(Float.self)
    case .float16: return try moved(UInt16.self)
    case .int64: return try moved(Int64.self)
    case .bool: return try moved(Bool.self)
    }
  }
}

extension OperatorTensor {
  /// The result of a move of this tensor alone; the shape was checked and fits what the move makes.
  func moved(to shape: [Int], by work: some ElementMove) throws(OperatorError) -> OperatorTensor {
    OperatorTensor(shape: shape, values: try .moving([values], by: work))
  }
}
