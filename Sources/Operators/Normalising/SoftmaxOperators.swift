import Glibc

/// Softmax and LogSoftmax: before version 13 of the operator set over all axes from the given one on together, from then on
/// over that axis alone.
protocol SoftmaxFamily: OperatorDescription {
  var reading: SoftmaxReading { get }
  init(reading: SoftmaxReading)
  /// Changes a row of at least one number; `shift` is the largest of them.
  static func change<S: OperatorScalar>(_ row: UnsafeMutablePointer<S>, _ count: Int, shift: S)
}

/// The axis of a softmax.
struct SoftmaxReading {
  let axis: Int
  let isFlattened: Bool
}

extension SoftmaxFamily {
  package init(_ attributes: OperatorAttributes) {
    let isFlattened = attributes.opset < 13
    let axis = attributes.optionalInt("axis") ?? (isFlattened ? 1 : -1)
    self.init(reading: SoftmaxReading(axis: axis, isFlattened: isFlattened))
  }

  package func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError)
    -> [OperatorTensor<S>]
  {
    let x = try inputs.tensor(0, "input", ranks: 1...OperatorLimits.rank)
    let axis = try OperatorAxis.index(reading.axis, rank: x.shape.count)
    let split =
      reading.isFlattened
      ? AxisSplit([x.shape[..<axis].reduce(1, *), x.shape[axis...].reduce(1, *)], 1)
      : AxisSplit(x.shape, axis)
    let values = AxisRows.mapped(inputs.floats(0), split, cost: 20) { row, count in
      Self.change(row, count, shift: ReduceMaxOperator.value(row, count: count))
    }
    return [OperatorTensor(shape: x.shape, values: .float(values))]
  }
}

struct SoftmaxOperator: SoftmaxFamily {
  static let signature = OperatorSignature(
    "Softmax", "y = eˣ / Σ eˣ along an axis", inputs: [.required("input", .floats)], outputs: ["output"],
    attributes: [.optional("axis", .int)])
  let reading: SoftmaxReading

  static func change<S: OperatorScalar>(_ row: UnsafeMutablePointer<S>, _ count: Int, shift: S) {
    for index in 0..<count { row[index] = S.exp(row[index] - shift) }
    let sum = RowSum.of(row, count: count) { $0 }
    for index in 0..<count { row[index] = S(Double(row[index]) / sum) }
  }
}

struct LogSoftmaxOperator: SoftmaxFamily {
  static let signature = OperatorSignature(
    "LogSoftmax", "y = x − ln Σ eˣ along an axis", inputs: [.required("input", .floats)], outputs: ["output"],
    attributes: [.optional("axis", .int)])
  let reading: SoftmaxReading

  static func change<S: OperatorScalar>(_ row: UnsafeMutablePointer<S>, _ count: Int, shift: S) {
    let shift = Double(shift)
    let total = shift + log(RowSum.of(row, count: count) { exp($0 - shift) })
    for index in 0..<count { row[index] = S(Double(row[index]) - total) }
  }
}
