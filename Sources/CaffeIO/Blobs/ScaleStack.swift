/// The scales of one blob. Those that lie over the blob alike are multiplied into one, in Double, so that any number of folds rounds
/// once.
package struct ScaleStack: Sendable, Equatable {
  /// The scales; no two lie over the blob alike.
  package private(set) var scales: [ChannelScale] = []

  /// Multiplies scales in the order given.
  package init(_ scales: [ChannelScale] = []) {
    for scale in scales { multiply(by: scale) }
  }

  /// Whether there are no factors.
  package var isEmpty: Bool { scales.isEmpty }

  /// Multiplies one more scale in.
  package mutating func multiply(by scale: ChannelScale) {
    guard let same = scales.firstIndex(where: { $0.liesLike(scale) }) else { return scales.append(scale) }
    for channel in scale.factors.indices { scales[same].factors[channel] *= scale.factors[channel] }
  }

  /// How many factors a scale has that does not fit a blob of `count` values; nil when all fit.
  func misfit(count: Int) -> Int? { scales.first { !$0.covers(count: count) }?.factors.count }

  /// Multiplies numbers by the factors of the elements from `first` on.
  func multiply(_ numbers: UnsafeMutableBufferPointer<Double>, from first: Int) {
    guard !isEmpty else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: min(Self.block, max(numbers.count, 1))) {
      factors in
      for start in stride(from: 0, to: numbers.count, by: Self.block) {
        let count = min(Self.block, numbers.count - start)
        let block = UnsafeMutableBufferPointer(rebasing: factors[..<count])
        block.initialize(repeating: 1)
        expand(from: first + start, into: block)
        for index in 0..<count { numbers[start + index] *= block[index] }
      }
    }
  }

  private static let block = 1024

  /// The factor of one element.
  package func factor(of element: Int) -> Double {
    var factor = 1.0
    for scale in scales { factor *= scale.factors[scale.channel(of: element)] }
    return factor
  }

  /// Writes the factor of each element of a range, which begins at `first`, into `output`.
  func expand(from first: Int, into output: UnsafeMutableBufferPointer<Double>) {
    output.update(repeating: 1)
    for scale in scales {
      scale.factors.withUnsafeBufferPointer { factors in
        scale.inner == 1
          ? multiplyElements(scale, factors, from: first, output)
          : multiplyRows(scale, factors, from: first, output)
      }
    }
  }

  /// Neighbours in a group of channels have neighbouring factors.
  private func multiplyElements(
    _ scale: ChannelScale, _ factors: UnsafeBufferPointer<Double>, from first: Int,
    _ output: UnsafeMutableBufferPointer<Double>
  ) {
    var done = 0
    while done < output.count {
      let channel = scale.channel(of: first + done)
      let run = min(output.count - done, scale.modulus - (first + done) % scale.modulus)
      for index in 0..<run { output[done + index] *= factors[channel + index] }
      done += run
    }
  }

  private func multiplyRows(
    _ scale: ChannelScale, _ factors: UnsafeBufferPointer<Double>, from first: Int,
    _ output: UnsafeMutableBufferPointer<Double>
  ) {
    var done = 0
    while done < output.count {
      let factor = factors[scale.channel(of: first + done)]
      let run = min(output.count - done, scale.inner - (first + done) % scale.inner)
      for index in done..<done + run { output[index] *= factor }
      done += run
    }
  }
}
