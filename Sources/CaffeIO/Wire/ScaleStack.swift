/// The scales of one blob, those of equal geometry multiplied together.
package struct ScaleStack: Sendable {
  /// The scales; no two have the same geometry.
  package private(set) var scales: [ChannelScale] = []

  /// Combines scales; the product of factors is taken in Double in the order given.
  package init(_ scales: [ChannelScale]) {
    for scale in scales {
      if let same = self.scales.firstIndex(where: {
        $0.inner == scale.inner && $0.modulus == scale.modulus && $0.rowsPerGroup == scale.rowsPerGroup
      }) {
        for index in scale.factors.indices { self.scales[same].factors[index] *= scale.factors[index] }
      } else {
        self.scales.append(scale)
      }
    }
  }

  /// The factor of one element.
  package func factor(of element: Int) -> Double {
    scales.reduce(1) { $0 * $1.factors[$1.channel(of: element)] }
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
