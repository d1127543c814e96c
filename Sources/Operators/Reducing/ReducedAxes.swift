/// Which axes of a tensor are reduced, and the tensor as rows of what is reduced together.
struct ReducedAxes {
  private let input: [Int]
  private let axes: [Int]
  /// The shape of the result.
  let shape: [Int]
  /// How many numbers make one of the result.
  let rowLength: Int

  /// The reduction of axes counted from the front, all different.
  init(_ input: [Int], axes: [Int], keepsAxes: Bool) {
    self.input = input
    self.axes = axes.sorted()
    shape = input.indices.compactMap { axis in
      axes.contains(axis) ? (keepsAxes ? 1 : nil) : input[axis]
    }
    rowLength = axes.reduce(1) { $0 * input[$1] }
  }

  /// How many numbers the result has.
  var rowCount: Int { shape.reduce(1, *) }

  /// The numbers with the reduced axes last.
  func rows<T: OperatorElement>(_ values: [T]) -> [T] {
    let order = input.indices.filter { !axes.contains($0) } + axes
    // Axes of size 1 may stand anywhere.
    let moving = order.filter { input[$0] != 1 }
    guard moving != moving.sorted() else { return values }
    let strides = input.denseStrides
    return StridedView(shape: order.map { input[$0] }, strides: order.map { strides[$0] }).move([values])
  }

  /// Rows in the order of the tensor again: the inverse of ``rows(_:)``.
  func unrolled<T: OperatorElement>(_ rows: [T]) -> [T] {
    let order = input.indices.filter { !axes.contains($0) } + axes
    let dense = order.map { input[$0] }.denseStrides
    var strides = dense
    for (place, axis) in order.enumerated() { strides[axis] = dense[place] }
    return StridedView(shape: input, strides: strides).move([rows])
  }
}
