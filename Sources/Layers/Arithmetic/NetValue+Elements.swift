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

  /// Rows of values through a loop that also gets the number of their channel, for values of outer × `channels` × `inner`;
  /// long rows come in parts. The value is used up, and source and target may be one.
  @inline(__always)
  mutating func rows(
    channels: Int = 1, inner: Int,
    _ loop: (
      _ source: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>, _ count: Int, _ channel: Int
    )
      -> Void
  ) -> NetValue {
    let total = values.count
    return usedUp { source, target in
      // Several short rows make one piece of work, or one long row several.
      let rows = total / inner
      let parts = (inner + Self.chunk - 1) / Self.chunk
      let batch = max(1, Self.chunk / inner)
      Parallel.forEach((rows + batch - 1) / batch * parts, work: total * 2) { piece in
        let start = piece % parts * Self.chunk
        let count = min(Self.chunk, inner - start)
        for row in piece / parts * batch..<min(rows, (piece / parts + 1) * batch) {
          let place = row * inner + start
          loop(source + place, target + place, count, row % channels)
        }
      }
    }
  }

  /// Each value above zero, and the others times the slope; the value is used up.
  mutating func rectified(slope: Scalar) -> NetValue {
    rows(inner: values.count) { source, target, count, _ in
      Scalar.rectify(source, slope: slope, into: target, count: count)
    }
  }

  /// factors[c]·x + shifts[c] for values of outer × channels × `inner`; the value is used up.
  mutating func scaled(by factors: [Scalar], shifts: [Scalar], inner: Int) -> NetValue {
    rows(channels: factors.count, inner: inner) { source, target, count, channel in
      Scalar.scale(source, by: factors[channel], shift: shifts[channel], into: target, count: count)
    }
  }

  /// The values of outer × channels × `inner`, each channel normalised; the value is used up.
  mutating func normalised(_ normalisations: [Normalisation<Scalar>], inner: Int) -> NetValue {
    rows(channels: normalisations.count, inner: inner) { source, target, count, channel in
      Scalar.normalise(source, normalisations[channel], into: target, count: count)
    }
  }

  /// Adds addends[c] to the values of channel c, for values of outer × addends × `inner`.
  mutating func add(perChannel addends: [Scalar], inner: Int) {
    guard inner > 0 else { return }
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      if inner == 1 {
        for start in stride(from: 0, to: buffer.count, by: addends.count) {
          Scalar.add(1, times: addends, to: base + start, count: addends.count)
        }
      } else {
        for row in 0..<buffer.count / inner {
          let row = (start: base + row * inner, addend: addends[row % addends.count])
          Scalar.scale(row.start, by: 1, shift: row.addend, into: row.start, count: inner)
        }
      }
    }
  }

  /// How far the values are from others of the same shape.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func gap(to other: NetValue) -> NumberGap {
    let chunks = (values.count + Self.chunk - 1) / Self.chunk
    let gaps = [NumberGap](unsafeUninitializedCapacity: chunks) { gaps, count in
      count = chunks
      read { own in
        other.read { other in
          Parallel.forEach(chunks, work: values.count * 2) { piece in
            let start = piece * Self.chunk
            (gaps.baseAddress! + piece).initialize(
              to: Scalar.gap(own + start, other + start, count: min(Self.chunk, values.count - start)))
          }
        }
      }
    }
    return gaps.reduce(into: NumberGap()) { $0.merge($1) }
  }
}
