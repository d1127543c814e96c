import Layers

extension NetValue {
  /// The value as a `.npy` file, in its own precision.
  var npy: [UInt8] {
    let head = NpyHeader.bytes(type: "<f\(MemoryLayout<Scalar>.size)", shape: shape)
    return values.withUnsafeBytes { head + $0 }
  }
}
