import CaffeIO
import Layers

/// The layers that bend and that are not alike in two nets, and how large inputs must be to reach their bends.
struct Bends {
  /// For each net, the places of the layers.
  private let places: [Set<Int>]
  private var reaching: ReachingScales

  /// The sizes found.
  var scales: [Double] { reaching.scales }

  init(_ first: NetRunner, _ second: NetRunner) {
    let pairs = StepPairs(first, second)
    func changed(_ net: NetRunner, isAlike: (Int) -> Bool) -> Set<Int> {
      Set(net.steps.indices.filter { !(net.steps[$0].layer?.bendsNowhere ?? true) && !isAlike($0) })
    }
    let own = changed(first) { place in
      pairs.partners[place].map { pairs.areWrittenAlike(place, $0) } ?? false
    }
    let others = changed(second) { place in
      pairs.partnersOfSecond[place].map { pairs.areWrittenAlike($0, place) } ?? false
    }
    places = [own, others]
    // A layer that took another's place bends elsewhere than that did: each is tried with the numbers of all.
    reaching = ReachingScales(
      own.flatMap { first.steps[$0].definition.parameterNumbers }
        + others.flatMap { second.steps[$0].definition.parameterNumbers })
  }

  /// Notes how large the bottoms of a layer are for inputs of the size of 1.
  ///
  /// - Parameter net: 0 for the first, 1 for the second.
  mutating func observe<S: NetScalar>(_ net: Int, _ place: Int, _ bottoms: [NetValue<S>?]) {
    guard places[net].contains(place) else { return }
    for case let bottom? in bottoms { reaching.add(largest: bottom.largestMagnitude) }
  }
}

extension NetValue {
  /// The largest magnitude of its finite numbers; 0 where there are none.
  var largestMagnitude: Double {
    var largest = 0.0
    for start in stride(from: 0, to: values.count, by: 1 << 12) {
      let piece = Array(values[start..<Swift.min(start + 1 << 12, values.count)])
      for value in Scalar.widened(piece) where value.isFinite { largest = max(largest, value.magnitude) }
    }
    return largest
  }
}
