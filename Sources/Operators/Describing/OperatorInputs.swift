/// Inputs that were checked against a signature.
extension [OperatorTensor?] {
  /// An input that is required.
  func tensor(_ index: Int) -> OperatorTensor {
    guard let tensor = self[index] else { preconditionFailure("the signature requires input \(index)") }
    return tensor
  }

  /// The numbers of an input in Float that is required.
  func floats(_ index: Int) -> [Float] { Float.unwrapped(tensor(index).values) }

  /// The whole numbers of a list, or of a single number; nil where the input is not given.
  ///
  /// - Throws: `OperatorError` for an input of more axes.
  func integers(_ index: Int, _ name: String) throws(OperatorError) -> [Int]? {
    guard let tensor = self[index] else { return nil }
    guard tensor.shape.count <= 1 else {
      throw OperatorError(
        .input(name, expected: "a list of whole numbers", found: "the shape \(tensor.shape.asShape)"))
    }
    return Int64.unwrapped(tensor.values).map { Int($0) }
  }

  /// The only number of an input; nil where the input is not given.
  ///
  /// - Throws: `OperatorError` for an input of several numbers or none.
  func scalar<T: OperatorElement>(_ index: Int, _ name: String, _ type: T.Type) throws(OperatorError) -> T? {
    guard let tensor = self[index] else { return nil }
    guard tensor.values.count == 1 else {
      throw OperatorError(
        .input(name, expected: "a single number", found: "the shape \(tensor.shape.asShape)"))
    }
    return T.unwrapped(tensor.values).first
  }

  /// A required input of a rank.
  ///
  /// - Throws: `OperatorError` for another rank.
  func tensor(_ index: Int, _ name: String, ranks: ClosedRange<Int>) throws(OperatorError) -> OperatorTensor {
    let tensor = tensor(index)
    guard ranks.contains(tensor.shape.count) else {
      let expected = ranks.count == 1 ? "\(ranks.lowerBound)" : "\(ranks.lowerBound) to \(ranks.upperBound)"
      throw OperatorError(
        .input(name, expected: "\(expected) axes", found: "the shape \(tensor.shape.asShape)"))
    }
    return tensor
  }

  /// Throws unless an input that may be left out has a shape.
  func require(_ index: Int, _ name: String, shape: [Int]) throws(OperatorError) {
    guard let found = self[index]?.shape, found != shape else { return }
    throw OperatorError(.input(name, expected: "the shape \(shape.asShape)", found: found.asShape))
  }
}
