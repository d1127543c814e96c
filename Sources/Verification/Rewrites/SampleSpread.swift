/// How large the random numbers of a trial are.
///
/// Layers that bend — a ReLU6 at 6, a Clip where it says — compute the same as others for numbers on one side of the bend only: a
/// site with such layers is run on numbers of several sizes, and on numbers close to those among its parameters.
enum SampleSpread: Sendable, Equatable {
  /// From −scale to scale.
  case within(Double)
  /// Close to one of these magnitudes, on either side of it, with either sign.
  case around([Double])

  /// A number.
  func number(_ numbers: inout RandomNumbers) -> Double {
    switch self {
    case .within(let scale): return scale * (2 * numbers.uniform() - 1)
    case .around(let magnitudes):
      let magnitude = magnitudes[Int(numbers.next() % UInt64(magnitudes.count))]
      // From a quarter off to a millionth: parameters may differ by as little.
      var offset = 0.25
      for _ in 0..<(numbers.next() % 5) { offset *= 0.05 }
      offset *= 2 * numbers.uniform() - 1
      return magnitude * (1 + offset) * (numbers.next() % 2 == 0 ? 1 : -1)
    }
  }

  /// How many times larger than at the usual size a difference may be: a function like exp hands the rounding of a weight on that
  /// many times larger. Where a bend is missed the difference is as large as the numbers.
  var allowance: Double {
    switch self {
    case .within(let scale): min(max(scale, 1), 1000)
    case .around(let magnitudes): min(max(magnitudes.max() ?? 1, 1), 1000)
    }
  }
}
