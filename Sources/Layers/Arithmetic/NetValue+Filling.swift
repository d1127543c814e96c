extension NetValue {
  /// A value of a shape whose values `fill` writes; it gets zeros. The pointer must not escape.
  init(shape: [Int], filling fill: (UnsafeMutablePointer<Scalar>) -> Void) {
    var values = [Scalar](repeating: 0, count: shape.product)
    values.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { fill(base) }
    }
    self.init(shape: shape, values: values)
  }

  /// Lends the values to `body`; the pointer must not escape. A value without numbers lends nothing to read.
  func read<Result>(_ body: (UnsafePointer<Scalar>) -> Result) -> Result {
    values.withUnsafeBufferPointer { buffer in
      body(buffer.baseAddress ?? UnsafePointer(bitPattern: MemoryLayout<Scalar>.alignment)!)
    }
  }
}
