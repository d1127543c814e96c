import Glibc

/// Estimates, from weights alone, the int8 error at the output of a linear layer that reads another's channels, with
/// one scale for each blob.
///
/// With rounding errors spread evenly over a step, a blob whose largest number is m has a mean squared error of m²/(3·255²).
/// Three blobs are rounded: the weights of the first layer, the values between the layers, and the weights of the second. The
/// power of the values does not follow from the weights of their channel. For inputs that do not depend on each other it would be
/// Σ W₁[c]². The inputs of real layers depend on each other, and a channel often has large weights because it reads small differences: a
/// BatchNorm gave all channels about the same power, and the fold kept it. So all channels are taken to have the same power a², the
/// mean of Σ W₁[c]² for inputs of power 1, before any factor, and seldom exceed 4·a. With factors s it is a[c]² = a²/s[c]². The error
/// and the signal of output o are, up to one factor for both
///
///     e[o] = (K₁·max r₁² + max (4·a)²)·Σ_c w[o, c] + K₂·max r₂²·Σ_c a[c]²,   v[o] = Σ_c w[o, c]·a[c]²
///
/// with w[o, c] = Σ W₂[o, c]², the largest weights r of each channel and the number K of weights that a weight's channel has. Every
/// output counts the same: the estimate is the mean of e[o]/v[o].
struct EightBitError {
  /// By channel, the largest weight and the sum of the squares of the first layer's.
  var made: [ChannelWeights]
  /// How many weights of the first layer make one number.
  var madeCount: Int
  /// By channel, the largest weight of the second layer's.
  var read: [Double]
  /// By output and place of the channel in its group, the sum of the squares of the second layer's weights.
  var energies: [Double]
  /// By output, the first channel of its group.
  var groups: [Int]
  /// How many channels a group has.
  var width: Int
  /// How many weights an output has for each channel.
  var readCount: Int

  /// The weights of one channel.
  struct ChannelWeights {
    var largest = 0.0
    var squares = 0.0
  }

  /// The power of each channel before any factor, for inputs of power 1. A channel without weights has none.
  private var commonPower: Double {
    let squares = made.map(\.squares).filter { $0 > 0 }
    return squares.reduce(0, +) / Double(max(squares.count, 1))
  }

  /// The estimate for a net whose first layer is divided and whose second layer is multiplied by factors, one for each channel.
  func estimate(_ factors: [Double]) -> Double {
    let ranges = made.indices.map { made[$0].largest / factors[$0] }
    let common = commonPower
    let powers = made.indices.map { made[$0].squares > 0 ? common / (factors[$0] * factors[$0]) : 0 }
    let (weights, values) = (ranges.reduce(0, max), powers.reduce(0, max))
    let others = read.indices.reduce(0) { max($0, read[$1] * factors[$1]) }
    let before = Double(madeCount) * weights * weights + 16 * values
    let behind = Double(readCount) * others * others
    var (sum, count) = (0.0, 0)
    for (output, group) in groups.enumerated() {
      var (energy, power, value) = (0.0, 0.0, 0.0)
      for place in 0..<width {
        let channel = group + place
        var own = energies[output * width + place]
        guard own > 0 else { continue }
        own *= factors[channel] * factors[channel]
        energy += own
        power += powers[channel]
        value += own * powers[channel]
      }
      guard value > 0 else { continue }
      sum += (before * energy + behind * power) / value
      count += 1
    }
    return count > 0 ? sum / Double(count) : 0
  }

  /// How much smaller the error becomes than `before`, in decibels.
  func gain(_ factors: [Double], over before: Double) -> Double {
    let after = estimate(factors)
    guard before > 0, after > 0 else { return 0 }
    return 10 * log10(before / after)
  }
}
