/// Inputs that were checked against a signature.
extension Array {
  /// An input that is required.
  func tensor<S: OperatorScalar>(_ index: Int) -> OperatorTensor<S> where Element == OperatorTensor<S>? {
    guard let tensor = self[index] else { preconditionFailure("the signature requires input \(index)") }
    return tensor
  }

  /// The numbers of type float of an input that is required.
  func floats<S: OperatorScalar>(_ index: Int) -> [S] where Element == OperatorTensor<S>? {
    tensor(index).values.floats
  }

  /// The whole numbers of a list, or of a single number; nil where the input is not given.
  ///
  /// - Throws: `OperatorError` for an input of more axes.
  func integers<S: OperatorScalar>(_ index: Int, _ name: String) throws(OperatorError) -> [Int]?
  where Element == OperatorTensor<S>? {
    guard let tensor = self[index] else { return nil }
    guard tensor.shape.count <= 1 else {
      throw OperatorError(
        .input(name, expected: "a list of whole numbers", found: "the shape \(tensor.shape.asShape)"))
    }
    return tensor.values.integers.map { Int($0) }
  }

  /// The only number of an input of type float; nil where the input is not given.
  ///
  /// - Throws: `OperatorError` for an input of several numbers or none.
  func number<S: OperatorScalar>(_ index: Int, _ name: String) throws(OperatorError) -> S?
  where Element == OperatorTensor<S>? {
    try single(index, name)?.values.floats.first
  }

  /// The only number of an input of whole numbers; nil where the input is not given.
  ///
  /// - Throws: `OperatorError` for an input of several numbers or none.
  func integer<S: OperatorScalar>(_ index: Int, _ name: String) throws(OperatorError) -> Int64?
  where Element == OperatorTensor<S>? {
    try single(index, name)?.values.integers.first
  }

  private func single<S: OperatorScalar>(
    _ index: Int, _ name: String
  ) throws(OperatorError) -> OperatorTensor<S>? where Element == OperatorTensor<S>? {
    guard let tensor = self[index] else { return nil }
    guard tensor.values.count == 1 else {
      throw OperatorError(
        .input(name, expected: "a single number", found: "the shape \(tensor.shape.asShape)"))
    }
    return tensor
  }

  /// A required input of a rank.
  ///
  /// - Throws: `OperatorError` for another rank.
  func tensor<S: OperatorScalar>(
    _ index: Int, _ name: String, ranks: ClosedRange<Int>
  ) throws(OperatorError) -> OperatorTensor<S> where Element == OperatorTensor<S>? {
    let tensor = tensor(index)
    guard ranks.contains(tensor.shape.count) else {
      let expected = ranks.count == 1 ? "\(ranks.lowerBound)" : "\(ranks.lowerBound) to \(ranks.upperBound)"
      throw OperatorError(
        .input(name, expected: "\(expected) axes", found: "the shape \(tensor.shape.asShape)"))
    }
    return tensor
  }

  /// Throws unless an input that may be left out has a shape.
  func require<S: OperatorScalar>(_ index: Int, _ name: String, shape: [Int]) throws(OperatorError)
  where Element == OperatorTensor<S>? {
    guard let found = self[index]?.shape, found != shape else { return }
    throw OperatorError(.input(name, expected: "the shape \(shape.asShape)", found: found.asShape))
  }
}
