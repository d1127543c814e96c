/// Which values of a net are alive while it runs, and how many numbers they have: a value lives from the layer that makes it to
/// the last layer that reads it; an output lives to the end.
struct LiveValues: Sendable {
  private let net: NetRunner
  private var counts: [Int]
  /// How many numbers the values have that are alive.
  private(set) var count = 0

  /// Begins a run; nothing is alive.
  init(_ net: NetRunner) {
    self.net = net
    counts = Array(repeating: 0, count: net.versionCount)
  }

  /// Whether a version is kept: one that nobody reads and that is no output is not.
  func keeps(_ version: Int) -> Bool { net.isRead(version) || net.isOutput(version) }

  /// A version comes to life.
  mutating func begin(_ version: Int, count: Int) {
    self.count += count - counts[version]
    counts[version] = count
  }

  /// A layer has run: what is read no more goes, its tops come.
  ///
  /// - Parameter tops: how many numbers each top has; nil for one that was left out.
  mutating func pass(_ step: NetRunner.Step, tops: [Int?]) {
    for version in step.lastReads { begin(version, count: 0) }
    for (version, count) in zip(step.writes, tops) where keeps(version) {
      if let count { begin(version, count: count) }
    }
  }
}
