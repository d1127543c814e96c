/// One factor per channel along one axis of a blob that is laid out row by row.
///
/// Element e lies in row r = e / inner; its channel is ((r / modulus) / rowsPerGroup) · modulus + r % modulus.
///
/// | what is scaled | inner | modulus | rowsPerGroup |
/// |---|---|---|---|
/// | convolution W [out, in/g, k], output side | count / out | out | 1 |
/// | deconvolution W [in, out/g, k], output side | k | out/g | in/g |
/// | convolution W [out, in/g, k], input side | k | in/g | out/g |
/// | inner product, transposed W [K, N], output side | 1 | N | K |
package struct ChannelScale: Sendable, Equatable {
  /// The factor of each channel.
  package var factors: [Double]
  /// How many elements lie next to each other in one channel.
  package var inner: Int
  /// After how many rows the channels of a group repeat.
  package var modulus: Int
  /// How often they repeat before the next group's channels begin.
  package var rowsPerGroup: Int

  /// Makes a scale from its parts.
  package init(factors: [Double], inner: Int, modulus: Int, rowsPerGroup: Int = 1) {
    self.factors = factors
    self.inner = inner
    self.modulus = modulus
    self.rowsPerGroup = rowsPerGroup
  }

  /// Whether both lie over the blob alike, so that their factors can be multiplied.
  func liesLike(_ other: ChannelScale) -> Bool {
    inner == other.inner && modulus == other.modulus && rowsPerGroup == other.rowsPerGroup
      && factors.count == other.factors.count
  }

  /// The channel of an element.
  package func channel(of element: Int) -> Int {
    let row = element / inner
    return row / modulus / rowsPerGroup * modulus + row % modulus
  }

  /// Whether each of `count` elements has a channel with a factor.
  package func covers(count: Int) -> Bool {
    guard inner > 0, modulus > 0, rowsPerGroup > 0 else { return false }
    let (rows, remainder) = count.quotientAndRemainder(dividingBy: inner)
    guard remainder == 0, rows % modulus == 0 else { return false }
    let groups = (rows / modulus + rowsPerGroup - 1) / rowsPerGroup
    return factors.count == groups * modulus
  }
}
