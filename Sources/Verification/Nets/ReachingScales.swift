/// The sizes that inputs must have for the values of a layer to reach certain magnitudes.
///
/// What stands between is taken for homogeneous: inputs twice as large make values twice as large. Where that does not hold, as
/// behind a Sigmoid, no inputs reach further.
package struct ReachingScales {
  /// The most sizes beside the usual ones.
  static let limit = 4
  /// The sizes that are always tried beside 1.
  package static let usual = [10.0, 100.0]
  /// Where layers bend whose parameters do not say it: a ReLU6 at 6, a Sigmoid in double precision at 37.
  private static let unwritten = 100.0
  private static let mostTargets = 8

  /// The magnitudes.
  let targets: [Double]
  /// The sizes found, beside the usual ones.
  private(set) var scales: [Double] = []

  /// - Parameter parameters: numbers among the layers' parameters.
  init(_ parameters: [Double]) {
    let magnitudes = Set(parameters.map(\.magnitude) + [Self.unwritten]).filter { $0 > 0 && $0.isFinite }
    targets = Array(magnitudes.sorted().suffix(Self.mostTargets))
  }

  /// Notes how large the values of such a layer's bottom are for inputs of the size of 1.
  mutating func add(largest: Double) {
    guard largest > 0, largest.isFinite else { return }
    for target in targets {
      // Beyond the bend, and well so: a single value there is soon averaged away.
      let scale = 3 * target / largest
      guard (1e-9...1e12).contains(scale), scales.count < Self.limit else { continue }
      if !(Self.usual + [1] + scales).contains(where: { $0 / 2 <= scale && scale <= $0 * 2 }) {
        scales.append(scale)
      }
    }
  }
}
