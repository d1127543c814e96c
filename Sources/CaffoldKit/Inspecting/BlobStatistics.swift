/// What the numbers of a blob are like, gathered as they pass.
package struct BlobStatistics: Sendable, Equatable {
  /// How many numbers have passed.
  package private(set) var count = 0
  /// How many of them are zero.
  package private(set) var zeros = 0
  /// How many of them are no numbers.
  package private(set) var nans = 0
  /// How many of them are infinite.
  package private(set) var infinities = 0
  /// The smallest finite number; nil without one.
  package private(set) var smallest: Double?
  /// The largest finite number; nil without one.
  package private(set) var largest: Double?
  private var finite = 0
  private var average = 0.0
  /// The sum of the squared distances from the mean.
  private var squares = 0.0

  /// No numbers yet.
  package init() {}

  /// The mean of the finite numbers; nil without one.
  package var mean: Double? { finite > 0 ? average : nil }

  /// The standard deviation of the finite numbers, that of a population; nil without one.
  package var deviation: Double? { finite > 0 ? (squares / Double(finite)).squareRoot() : nil }

  /// The share of zeros; 0 without numbers.
  package var zeroShare: Double { count > 0 ? Double(zeros) / Double(count) : 0 }

  /// Takes some more numbers in.
  package mutating func add(_ values: UnsafeBufferPointer<Double>) {
    var (least, most, sum, taken) = (Double.infinity, -Double.infinity, 0.0, 0)
    for value in values {
      guard value.isFinite else {
        if value.isNaN { nans += 1 } else { infinities += 1 }
        continue
      }
      if value == 0 { zeros += 1 }
      least = min(least, value)
      most = max(most, value)
      sum += value
      taken += 1
    }
    count += values.count
    guard taken > 0 else { return }
    smallest = min(smallest ?? least, least)
    largest = max(largest ?? most, most)
    let mean = sum / Double(taken)
    var distances = 0.0
    for value in values where value.isFinite { distances += (value - mean) * (value - mean) }
    // Chan, Golub and LeVeque: the two parts' sums about their own means, and the distance of the means.
    let (before, all) = (Double(finite), Double(finite + taken))
    let step = mean - average
    average += step * Double(taken) / all
    squares += distances + step * step * before * Double(taken) / all
    finite += taken
  }
}

extension BlobStatistics {
  /// How many intervals a histogram has.
  private static let bins = 48

  /// How many of the finite numbers lie in each of 48 equal intervals from the smallest to the largest; empty for numbers that are all
  /// the same.
  ///
  /// - Parameter pass: hands the numbers that these statistics are of to the function that it is given, in as many parts as it likes.
  package func histogram(
    _ pass: ((UnsafeBufferPointer<Double>) -> Void) throws -> Void
  ) rethrows -> [Int] {
    guard let least = smallest, let most = largest, least < most else { return [] }
    var counts = [Int](repeating: 0, count: Self.bins)
    // Halves: the distance of two doubles may be more than any double.
    let scale = Double(Self.bins) / (most / 2 - least / 2)
    // Numbers so close to 0 that their distance has no inverse are all the same to a picture.
    guard scale.isFinite else { return [] }
    try pass { values in
      for value in values where value.isFinite {
        counts[min(Self.bins - 1, Int((value / 2 - least / 2) * scale))] += 1
      }
    }
    return counts
  }
}
