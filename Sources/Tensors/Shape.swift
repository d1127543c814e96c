/// The sizes of the axes of a blob or tensor, outermost first. Their product was checked when the shape was made.
///
///     try Shape([64, 3, 7, 7]).product  // 9408
///     try Shape([1 << 20, 1 << 20])     // throws: more than 2147483647 numbers
///
/// The sizes above zero multiply to no more than the limit, in a shape with a zero too: the product of any of the sizes is
/// within the limit, so arithmetic on parts of a shape cannot overflow. `count` is the number of axes, as in every collection.
package struct Shape: Sendable, Hashable {
  /// The most numbers that a blob of Caffe can have: `Blob::Reshape` counts them in an `int`.
  package static let mostNumbers = Int(Int32.max)
  /// The most axes that a blob of Caffe can have, `kMaxBlobAxes`.
  package static let mostAxes = 32

  /// The sizes.
  package let sizes: [Int]
  /// How many numbers the shape has: 1 without axes.
  package let product: Int

  /// The shape of a single number.
  package static let scalar = Shape(unchecked: [], product: 1)

  /// Checks the sizes.
  ///
  /// - Parameter limit: the most numbers.
  /// - Throws: `ShapeError` for a negative size, too many axes or too many numbers.
  package init(
    _ sizes: some Collection<Int>, limit: Int = Shape.mostNumbers, axes: Int = Shape.mostAxes
  ) throws(ShapeError) {
    func error(_ problem: ShapeError.Problem) -> ShapeError { ShapeError(sizes: Array(sizes), problem) }
    guard sizes.count <= axes else { throw error(.axes(limit: axes)) }
    var (product, hasZero) = (1, false)
    for size in sizes {
      guard size >= 0 else { throw error(.negativeSize(size)) }
      guard size > 0 else {
        hasZero = true
        continue
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow, next <= limit else { throw error(.numbers(limit: limit)) }
      product = next
    }
    self.init(unchecked: Array(sizes), product: hasZero ? 0 : product)
  }

  /// The shape of a vector, whose numbers are in memory.
  package init(ofVector values: [Double]) { self.init(unchecked: [values.count], product: values.count) }

  private init(unchecked sizes: [Int], product: Int) {
    self.sizes = sizes
    self.product = product
  }

  /// A shape with sizes of 1 in front, up to a number of axes; `self` when it has as many.
  package func padded(toAxes axes: Int) -> Shape {
    Shape(unchecked: Array(repeating: 1, count: Swift.max(0, axes - count)) + sizes, product: product)
  }
}

extension Shape: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { sizes.count }
  package subscript(axis: Int) -> Int { sizes[axis] }
}

extension Slice<Shape> {
  /// The product of some neighbouring sizes of a shape, which is within the limit of the shape.
  package var product: Int { partProduct }
}

extension Sequence<Int> {
  /// The product of some sizes of a shape that was checked. No other product of sizes may be written, a test looks for them.
  var partProduct: Int { reduce(1, *) }
}

extension Shape: CustomStringConvertible {
  /// `64x3x7x7`; `()` for a shape without axes.
  package var description: String { Self.text(sizes) }

  static func text(_ sizes: [Int]) -> String {
    sizes.isEmpty ? "()" : sizes.map(String.init).joined(separator: "x")
  }
}

/// Sizes that no blob or tensor can have.
package struct ShapeError: Error, Sendable, Equatable {
  /// What is wrong with the sizes.
  package enum Problem: Sendable, Equatable {
    case negativeSize(Int)
    /// More axes than the limit.
    case axes(limit: Int)
    /// The sizes above zero multiply to more than the limit.
    case numbers(limit: Int)
  }

  /// The sizes.
  package let sizes: [Int]
  /// What is wrong with them.
  package let problem: Problem

  init(sizes: [Int], _ problem: Problem) {
    self.sizes = sizes
    self.problem = problem
  }

  /// A clause for a message: `the shape 65536x65536 has more than 2147483647 numbers`.
  package var sentence: String {
    switch problem {
    case .negativeSize(let size): "the shape \(Shape.text(sizes)) has the negative size \(size)"
    case .axes(let limit): "the shape has \(sizes.count) axes, the limit is \(limit)"
    case .numbers(let limit): "the shape \(Shape.text(sizes)) has more than \(limit) numbers"
    }
  }
}
