import Threads

/// Arithmetic that goes through a value once, on all cores when it is large.
extension NetValue {
  /// Values that one thread takes at a time.
  private static var chunk: Int { 1 << 15 }

  /// Each value through a function. `cost` is the number of elementary operations of one call.
  @inline(__always)
  func mapped(cost: Int = 2, _ transform: (Scalar) -> Scalar) -> NetValue {
    NetValue(
      shape: shape,
      values: Array(unsafeUninitializedCapacity: values.count) { target, count in
        count = values.count
        guard count > 0, let target = target.baseAddress else { return }
        let total = values.count
        values.withUnsafeBufferPointer { source in
          let source = source.baseAddress!
          let chunks = (total + Self.chunk - 1) / Self.chunk
          Parallel.forEach(chunks, work: total * cost) { chunk in
            let end = min(total, (chunk + 1) * Self.chunk)
            for index in chunk * Self.chunk..<end { target[index] = transform(source[index]) }
          }
        }
      })
  }

  /// Each value through a function that also gets the parameter of its channel, for values of outer ×
  /// parameters × `inner`.
  @inline(__always)
  func mapped<Parameter>(
    perChannel parameters: [Parameter], inner: Int, _ transform: (Scalar, Parameter) -> Scalar
  ) -> NetValue {
    NetValue(
      shape: shape,
      values: Array(unsafeUninitializedCapacity: values.count) { target, count in
        count = values.count
        guard count > 0, let target = target.baseAddress else { return }
        values.withUnsafeBufferPointer { source in
          let source = source.baseAddress!
          // Several short planes make one piece of work.
          let planes = count / inner
          let batch = max(1, Self.chunk / inner)
          Parallel.forEach((planes + batch - 1) / batch, work: count * 2) { piece in
            for plane in piece * batch..<min(planes, (piece + 1) * batch) {
              let parameter = parameters[plane % parameters.count]
              for index in plane * inner..<(plane + 1) * inner {
                target[index] = transform(source[index], parameter)
              }
            }
          }
        }
      })
  }

  /// Adds addends[c] to the values of channel c, for values of outer × addends × `inner`.
  mutating func add(perChannel addends: [Scalar], inner: Int) {
    let count = values.count
    guard count > 0 else { return }
    values.withUnsafeMutableBufferPointer { buffer in
      let base = buffer.baseAddress!
      Parallel.forEach(addends.count, work: count) { channel in
        let addend = addends[channel]
        for start in stride(from: channel * inner, to: count, by: addends.count * inner) {
          for index in start..<start + inner { base[index] += addend }
        }
      }
    }
  }
}
