import CaffeIO
import Glibc

/// A number type that nets run in: `Float` or `Double`.
///
/// Layers are written once, generic over it. `run(_:_:blobs:)` is written per type, because the
/// generic form of a layer, called through its protocol, would look up every addition at run time.
package protocol NetScalar: BinaryFloatingPoint, LoopScalar, Sendable {
  /// e to the power `x`.
  static func exp(_ x: Self) -> Self
  /// The natural logarithm of `x`.
  static func log(_ x: Self) -> Self
  /// `x` to the power `y`.
  static func pow(_ x: Self, _ y: Self) -> Self
  /// The hyperbolic tangent of `x`.
  static func tanh(_ x: Self) -> Self
  /// Runs a layer in this type; it may use up its bottoms.
  static func run(
    _ layer: any LayerDescription, _ inputs: inout [NetValue<Self>], blobs: [NetValue<Self>]
  ) throws(LayerError) -> [NetValue<Self>]
  /// The values of a blob of a weights file.
  static func values(of blob: StoredBlob, in file: WeightsFile) throws -> [Self]
  /// The nearest values of this type.
  static func rounded(_ values: [Double]) -> [Self]
  /// The values, exactly.
  static func widened(_ values: [Self]) -> [Double]
}

extension NetScalar {
  /// Runs a layer in this type; the bottoms stay as they are.
  package static func run(
    _ layer: any LayerDescription, _ inputs: [NetValue<Self>], blobs: [NetValue<Self>]
  ) throws(LayerError) -> [NetValue<Self>] {
    var inputs = inputs
    return try run(layer, &inputs, blobs: blobs)
  }
}

extension Float: NetScalar {
  package static func exp(_ x: Float) -> Float { Glibc.expf(x) }
  package static func log(_ x: Float) -> Float { Glibc.logf(x) }
  package static func pow(_ x: Float, _ y: Float) -> Float { Glibc.powf(x, y) }
  package static func tanh(_ x: Float) -> Float { Glibc.tanhf(x) }
  package static func run(
    _ layer: any LayerDescription, _ inputs: inout [NetValue<Float>], blobs: [NetValue<Float>]
  ) throws(LayerError) -> [NetValue<Float>] {
    try layer.runInFloat(&inputs, blobs: blobs)
  }
  package static func values(of blob: StoredBlob, in file: WeightsFile) throws -> [Float] {
    try file.singles(of: blob)
  }
  package static func rounded(_ values: [Double]) -> [Float] { values.map { Float($0) } }
  package static func widened(_ values: [Float]) -> [Double] { values.map { Double($0) } }
}

extension Double: NetScalar {
  package static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  package static func log(_ x: Double) -> Double { Glibc.log(x) }
  package static func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
  package static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
  package static func run(
    _ layer: any LayerDescription, _ inputs: inout [NetValue<Double>], blobs: [NetValue<Double>]
  ) throws(LayerError) -> [NetValue<Double>] {
    try layer.runInDouble(&inputs, blobs: blobs)
  }
  package static func values(of blob: StoredBlob, in file: WeightsFile) throws -> [Double] {
    try file.values(of: blob)
  }
  package static func rounded(_ values: [Double]) -> [Double] { values }
  package static func widened(_ values: [Double]) -> [Double] { values }
}
