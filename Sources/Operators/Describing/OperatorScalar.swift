import Glibc
import Layers

/// A Swift type for ONNX's type float: `Float`, or `Double` where rounding to single precision would hide a difference.
///
/// Operators are generic over this type. `run(_:_:)` is written for each type, because the generic form of an operator,
/// called through its protocol, would look up every addition at run time.
package protocol OperatorScalar: NetScalar, OperatorElement {
  /// e to the power `x`, less 1.
  static func expm1(_ x: Self) -> Self
  /// The natural logarithm of 1 + `x`.
  static func log1p(_ x: Self) -> Self
  /// The remainder of `x` divided by `y`, with the sign of `x`.
  static func fmod(_ x: Self, _ y: Self) -> Self
  /// Runs an operator in this type.
  static func run(
    _ description: any OperatorDescription, _ inputs: [OperatorTensor<Self>?]
  ) throws(OperatorError) -> [OperatorTensor<Self>]
  /// Numbers in single precision, exactly.
  static func numbers(_ values: [Float]) -> [Self]
}

extension Float: OperatorScalar {
  package static func expm1(_ x: Float) -> Float { Glibc.expm1f(x) }
  package static func log1p(_ x: Float) -> Float { Glibc.log1pf(x) }
  package static func fmod(_ x: Float, _ y: Float) -> Float { Glibc.fmodf(x, y) }
  package static func run(
    _ description: any OperatorDescription, _ inputs: [OperatorTensor<Float>?]
  ) throws(OperatorError) -> [OperatorTensor<Float>] { try description.runInFloat(inputs) }
  package static func numbers(_ values: [Float]) -> [Float] { values }
}

extension Double: OperatorScalar {
  package static func expm1(_ x: Double) -> Double { Glibc.expm1(x) }
  package static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
  package static func fmod(_ x: Double, _ y: Double) -> Double { Glibc.fmod(x, y) }
  package static func run(
    _ description: any OperatorDescription, _ inputs: [OperatorTensor<Double>?]
  ) throws(OperatorError) -> [OperatorTensor<Double>] { try description.runInDouble(inputs) }
  package static func numbers(_ values: [Float]) -> [Double] { values.map { Double($0) } }
}

extension OperatorTensor<Float> {
  /// The same tensor with numbers in another type.
  func converted<T: OperatorScalar>(to scalar: T.Type) -> OperatorTensor<T> {
    let values: OperatorValues<T> =
      switch values {
      case .float(let values): .float(T.numbers(values))
      case .float16(let values): .float16(values)
      case .int64(let values): .int64(values)
      case .bool(let values): .bool(values)
      }
    return OperatorTensor<T>(shape: shape, values: values)
  }
}
