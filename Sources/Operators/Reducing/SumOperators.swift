import Glibc

struct ReduceSumOperator: IntegerReductionOperator {
  static let signature = OperatorSignature.reduction("ReduceSum", "Σ x", axesAreInputFrom: 13)
  let reading: ReductionReading
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S {
    S(RowSum.of(row, count: count) { $0 })
  }
  static func value(_ row: UnsafePointer<Int64>, count: Int) -> Int64 {
    (0..<count).reduce(0) { $0 &+ row[$1] }
  }
}

struct ReduceMeanOperator: ReductionOperator {
  static let signature = OperatorSignature.reduction("ReduceMean", "the mean", types: .floats)
  let reading: ReductionReading
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S {
    S(RowSum.of(row, count: count) { $0 } / Double(count))
  }
}

struct ReduceL1Operator: IntegerReductionOperator {
  static let signature = OperatorSignature.reduction("ReduceL1", "Σ |x|")
  let reading: ReductionReading
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S {
    S(RowSum.of(row, count: count) { $0.magnitude })
  }
  static func value(_ row: UnsafePointer<Int64>, count: Int) -> Int64 {
    (0..<count).reduce(0) { $0 &+ (row[$1] < 0 ? 0 &- row[$1] : row[$1]) }
  }
}

struct ReduceL2Operator: ReductionOperator {
  static let signature = OperatorSignature.reduction("ReduceL2", "√Σ x²", types: .floats)
  let reading: ReductionReading
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S {
    S(RowSum.of(row, count: count) { $0 * $0 }.squareRoot())
  }
}

struct ReduceSumSquareOperator: IntegerReductionOperator {
  static let signature = OperatorSignature.reduction("ReduceSumSquare", "Σ x²")
  let reading: ReductionReading
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S {
    S(RowSum.of(row, count: count) { $0 * $0 })
  }
  static func value(_ row: UnsafePointer<Int64>, count: Int) -> Int64 {
    (0..<count).reduce(0) { $0 &+ row[$1] &* row[$1] }
  }
}

/// The largest number is taken out first, so that no power overflows.
struct ReduceLogSumExpOperator: ReductionOperator {
  static let signature = OperatorSignature.reduction("ReduceLogSumExp", "ln Σ eˣ", types: .floats)
  let reading: ReductionReading
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S {
    let largest = ReduceMaxOperator.value(row, count: count)
    guard largest.isFinite else { return largest }
    let shift = Double(largest)
    return S(shift + log(RowSum.of(row, count: count) { exp($0 - shift) }))
  }
}
