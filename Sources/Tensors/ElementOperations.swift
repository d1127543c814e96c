import Glibc

/// What is done to two numbers at a time.
package enum PairOperation: Sendable {
  case add, subtract, multiply, divide, remainder, power, minimum, maximum
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

  /// The operation on one pair; comparisons give 1 and 0.
  @inline(__always)
  package func scalar(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .remainder: x - y * (x / y).rounded(.down)
    // The most usual exponent, exactly rounded and many times faster.
    case .power: y == 2 ? x * x : powerOf(x, y)
    // As in NumPy, a NaN on either side stays.
    case .minimum: x < y || x.isNaN ? x : y
    case .maximum: x > y || x.isNaN ? x : y
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .less: x < y ? 1 : 0
    case .lessOrEqual: x <= y ? 1 : 0
    case .greater: x > y ? 1 : 0
    case .greaterOrEqual: x >= y ? 1 : 0
    }
  }

  /// Joins each number of `x` with that of `y` at the same place.
  func apply(to x: UnsafeMutablePointer<Double>, _ y: UnsafePointer<Double>, count: Int) {
    apply { operation in
      for index in 0..<count { x[index] = operation(x[index], y[index]) }
    }
  }

  /// Joins each number of `x` with `y`.
  func apply(to x: UnsafeMutablePointer<Double>, _ y: Double, count: Int) {
    apply { operation in
      for index in 0..<count { x[index] = operation(x[index], y) }
    }
  }

  /// Gives `body` the operation. Each case is a function of its own, so that the loops over it can be vectorised.
  @inline(__always)
  private func apply(_ each: ((Double, Double) -> Double) -> Void) {
    switch self {
    case .add: each { Self.add.scalar($0, $1) }
    case .subtract: each { Self.subtract.scalar($0, $1) }
    case .multiply: each { Self.multiply.scalar($0, $1) }
    case .divide: each { Self.divide.scalar($0, $1) }
    case .remainder: each { Self.remainder.scalar($0, $1) }
    case .power: each { Self.power.scalar($0, $1) }
    case .minimum: each { Self.minimum.scalar($0, $1) }
    case .maximum: each { Self.maximum.scalar($0, $1) }
    case .equal: each { Self.equal.scalar($0, $1) }
    case .notEqual: each { Self.notEqual.scalar($0, $1) }
    case .less: each { Self.less.scalar($0, $1) }
    case .lessOrEqual: each { Self.lessOrEqual.scalar($0, $1) }
    case .greater: each { Self.greater.scalar($0, $1) }
    case .greaterOrEqual: each { Self.greaterOrEqual.scalar($0, $1) }
    }
  }
}

/// What is done to one number at a time.
package enum ElementOperation: Sendable {
  case negate, sqrt, rsqrt, abs, exp, log, floor, isfinite

  /// The operation on one number; questions give 1 and 0.
  @inline(__always)
  package func scalar(_ x: Double) -> Double {
    switch self {
    case .negate: -x
    case .sqrt: x.squareRoot()
    case .rsqrt: 1 / x.squareRoot()
    case .abs: x.magnitude
    case .exp: exponential(x)
    case .log: logarithm(x)
    case .floor: x.rounded(.down)
    case .isfinite: x.isFinite ? 1 : 0
    }
  }

  /// Puts each number through the operation. Each case is a loop of its own, so that it can be vectorised.
  func apply(to x: UnsafeMutablePointer<Double>, count: Int) {
    @inline(__always)
    func each(_ operation: (Double) -> Double) {
      for index in 0..<count { x[index] = operation(x[index]) }
    }
    switch self {
    case .negate: each { Self.negate.scalar($0) }
    case .sqrt: each { Self.sqrt.scalar($0) }
    case .rsqrt: each { Self.rsqrt.scalar($0) }
    case .abs: each { Self.abs.scalar($0) }
    case .exp: each { Self.exp.scalar($0) }
    case .log: each { Self.log.scalar($0) }
    case .floor: each { Self.floor.scalar($0) }
    case .isfinite: each { Self.isfinite.scalar($0) }
    }
  }
}

// The C functions under names that the cases do not hide.
private func powerOf(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
private func exponential(_ value: Double) -> Double { exp(value) }
private func logarithm(_ value: Double) -> Double { log(value) }
