/// Numbers in a shape, row-major, the last axis fastest.
package struct Tensor: Sendable, Equatable {
  /// The sizes of the axes, outermost first; none for a single number.
  package let shape: [Int]
  /// The numbers; as many as the product of the sizes.
  package let values: [Double]

  /// Makes a tensor; the count of `values` must be the product of `shape`.
  package init(shape: [Int], values: [Double]) {
    precondition(Tensor.elementCount(of: shape) == values.count)
    self.shape = shape
    self.values = values
  }

  /// Makes a vector.
  package init(_ values: [Double]) {
    self.init(shape: [values.count], values: values)
  }

  /// The product of the sizes; nil for a negative size or where the sizes above zero have a product beyond `Int`.
  package static func elementCount(of shape: [Int]) -> Int? {
    (try? Shape(shape, limit: .max, axes: .max))?.product
  }

  /// The axis that `index` names, a negative one counted from the end; nil for none.
  package static func axis(_ index: Int, rank: Int) -> Int? {
    guard index >= -rank, index < rank else { return nil }
    return index < 0 ? index + rank : index
  }

  /// How many numbers lie between neighbours along each axis.
  package static func strides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }

  /// The shape two shapes have together: last axes aligned, an axis of size 1 stretched; nil where they cannot be.
  package static func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
    var result = [Int](repeating: 1, count: max(a.count, b.count))
    for index in result.indices {
      let first = index < a.count ? a[a.count - 1 - index] : 1
      let second = index < b.count ? b[b.count - 1 - index] : 1
      guard first == second || first == 1 || second == 1 else { return nil }
      result[result.count - 1 - index] = first == 1 ? second : first
    }
    return result
  }

  /// The same numbers in another shape of the same count.
  package func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, values: values) }

  /// Ones where row and column are the same.
  package static func identity(_ size: Int) -> Tensor {
    var values = [Double](repeating: 0, count: size * size)
    for place in 0..<size { values[place * size + place] = 1 }
    return Tensor(shape: [size, size], values: values)
  }
}
