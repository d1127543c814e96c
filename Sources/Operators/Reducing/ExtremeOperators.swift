struct ReduceMaxOperator: IntegerReductionOperator {
  static let signature = OperatorSignature.reduction("ReduceMax", "the largest number")
  let reading: ReductionReading
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S {
    (0..<count).reduce(-.infinity) { MaxOperator.value($0, row[$1]) }
  }
  static func value(_ row: UnsafePointer<Int64>, count: Int) -> Int64 {
    (0..<count).reduce(.min) { max($0, row[$1]) }
  }
}

struct ReduceMinOperator: IntegerReductionOperator {
  static let signature = OperatorSignature.reduction("ReduceMin", "the smallest number")
  let reading: ReductionReading
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S {
    (0..<count).reduce(.infinity) { MinOperator.value($0, row[$1]) }
  }
  static func value(_ row: UnsafePointer<Int64>, count: Int) -> Int64 {
    (0..<count).reduce(.max) { min($0, row[$1]) }
  }
}

struct ReduceProdOperator: IntegerReductionOperator {
  static let signature = OperatorSignature.reduction("ReduceProd", "the product")
  let reading: ReductionReading
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S {
    S((0..<count).reduce(1.0) { $0 * Double(row[$1]) })
  }
  static func value(_ row: UnsafePointer<Int64>, count: Int) -> Int64 {
    (0..<count).reduce(1) { $0 &* row[$1] }
  }
}
