import CaffeIO
import Layers

/// How large inputs must be for values to reach the places where the layers bend that are not alike in both nets.
///
/// What stands between is taken for homogeneous: inputs twice as large make values twice as large. Where that does not hold, as
/// behind a Sigmoid, no inputs reach further.
struct Bends {
  /// For each net the layers, by place, with the magnitudes that their bottoms are to reach.
  private var targets: [[Int: [Double]]]
  /// The sizes found.
  private(set) var scales: [Double] = []

  /// The most sizes that are tried.
  static let limit = 4
  /// Where layers bend whose parameters do not say it: a ReLU6 at 6, a Sigmoid in double precision at 37.
  static let usual = 100.0

  init(_ first: NetRunner, _ second: NetRunner) {
    let pairs = StepPairs(first, second)
    func changed(_ net: NetRunner, _ partner: (Int) -> Bool) -> [Int] {
      net.steps.indices.filter { place in
        !(net.steps[place].layer?.bendsNowhere ?? true) && !partner(place)
      }
    }
    let own = changed(first) { place in
      pairs.partners[place].map { pairs.areWrittenAlike(place, $0) } ?? false
    }
    let others = changed(second) { place in
      pairs.partnersOfSecond[place].map { pairs.areWrittenAlike($0, place) } ?? false
    }
    // A layer that took another's place bends elsewhere than the one before it: each is tried with the numbers of all.
    let numbers =
      own.flatMap { first.steps[$0].definition.parameterNumbers }
      + others.flatMap { second.steps[$0].definition.parameterNumbers }
    let wanted = Array(Set(numbers.map(\.magnitude) + [Self.usual]).filter { $0 > 0 }.sorted().suffix(8))
    targets = [own, others].map { places in Dictionary(uniqueKeysWithValues: places.map { ($0, wanted) }) }
  }

  /// Notes how large the bottoms of a layer are for inputs of the size of 1.
  ///
  /// - Parameter net: 0 for the first, 1 for the second.
  mutating func observe<S: NetScalar>(_ net: Int, _ place: Int, _ bottoms: [NetValue<S>?]) {
    for target in targets[net][place] ?? [] {
      for case let bottom? in bottoms {
        let largest = bottom.largestMagnitude
        // Beyond the bend, and well so: a single value there is soon averaged away.
        let scale = 3 * target / largest
        guard largest > 0, (1e-9...1e12).contains(scale), scales.count < Self.limit else { continue }
        if !scales.contains(where: { $0 / 2 <= scale && scale <= $0 * 2 }) { scales.append(scale) }
      }
    }
  }
}

extension NetValue {
  /// The largest magnitude of its finite numbers; 0 where there are none.
  fileprivate var largestMagnitude: Double {
    var largest = 0.0
    for start in stride(from: 0, to: values.count, by: 1 << 12) {
      let piece = Array(values[start..<Swift.min(start + 1 << 12, values.count)])
      for value in Scalar.widened(piece) where value.isFinite { largest = max(largest, value.magnitude) }
    }
    return largest
  }
}
