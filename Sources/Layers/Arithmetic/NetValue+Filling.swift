extension NetValue {
  /// A value of a shape whose values `fill` writes; it gets zeros. The pointer must not escape.
  init(shape: [Int], filling fill: (UnsafeMutablePointer<Scalar>) -> Void) {
    var values = [Scalar](repeating: 0, count: shape.product)
    values.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { fill(base) }
    }
    self.init(shape: shape, values: values)
  }

  /// A value of a shape whose values `write` writes, all of them. The pointer must not escape.
  init(written shape: [Int], by write: (UnsafeMutablePointer<Scalar>) -> Void) {
    let size = shape.product
    let values = [Scalar](unsafeUninitializedCapacity: size) { buffer, count in
      count = size
      if size > 0, let base = buffer.baseAddress { write(base) }
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

extension Optional {
  /// Lends the values where there are some.
  func read<S, Result>(_ body: (UnsafePointer<S>?) -> Result) -> Result where Wrapped == NetValue<S> {
    guard let self else { return body(nil) }
    return self.read { body($0) }
  }
}
