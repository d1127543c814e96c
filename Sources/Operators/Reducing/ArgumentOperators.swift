/// Where the largest or the smallest number along an axis stands.
protocol ArgumentOperator: OperatorDescription {
  var reading: ArgumentReading { get }
  init(reading: ArgumentReading)
  /// Whether a number is better than the best one before it.
  static func isBetter<T: Comparable>(_ a: T, than b: T) -> Bool
}

/// The attributes of ArgMax and ArgMin.
struct ArgumentReading {
  let axis: Int
  let keepsAxis: Bool
  /// Whether the last of equal numbers counts, not the first.
  let takesLast: Bool

  static let fields: [OperatorAttributeField] = [
    .int("axis", 0), .int("keepdims", 1),
    .int("select_last_index", 0, opsets: 12...OperatorSignature.opsets.upperBound),
  ]
}

extension ArgumentOperator {
  package init(_ attributes: OperatorAttributes) {
    self.init(
      reading: ArgumentReading(
        axis: attributes.int("axis"), keepsAxis: attributes.flag("keepdims"),
        takesLast: attributes.flag("select_last_index")))
  }

  package func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError)
    -> [OperatorTensor<S>]
  {
    let tensor = try inputs.tensor(0, "data", ranks: 1...OperatorLimits.rank)
    let axis = try OperatorAxis.index(reading.axis, rank: tensor.shape.count)
    let axes = ReducedAxes(tensor.shape, axes: [axis], keepsAxes: reading.keepsAxis)
    guard axes.rowLength > 0 || axes.rowCount == 0 else {
      throw OperatorError(
        .input("data", expected: "at least one number along the axis \(axis)", found: tensor.shape.asShape))
    }
    let places =
      if case .int64(let values) = tensor.values {
        places(axes.rows(values), axes)
      } else {
        places(axes.rows(inputs.floats(0)), axes)
      }
    return [OperatorTensor(shape: axes.shape, values: .int64(places))]
  }

  private func places<T: Comparable>(_ rows: [T], _ axes: ReducedAxes) -> [Int64] {
    rows.withUnsafeBufferPointer { rows in
      (0..<axes.rowCount).map { row in
        let start = row * axes.rowLength
        var best = 0
        for place in 1..<max(1, axes.rowLength) {
          let (new, old) = (rows[start + place], rows[start + best])
          if Self.isBetter(new, than: old) || reading.takesLast && new == old { best = place }
        }
        return Int64(best)
      }
    }
  }
}

struct ArgMaxOperator: ArgumentOperator {
  static let signature = OperatorSignature(
    "ArgMax", "where along an axis the largest number stands", inputs: [.required("data", .numbers)],
    outputs: ["reduced"], attributes: ArgumentReading.fields)
  let reading: ArgumentReading
  static func isBetter<T: Comparable>(_ a: T, than b: T) -> Bool { a > b }
}

struct ArgMinOperator: ArgumentOperator {
  static let signature = OperatorSignature(
    "ArgMin", "where along an axis the smallest number stands", inputs: [.required("data", .numbers)],
    outputs: ["reduced"], attributes: ArgumentReading.fields)
  let reading: ArgumentReading
  static func isBetter<T: Comparable>(_ a: T, than b: T) -> Bool { a < b }
}
