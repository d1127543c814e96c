/// The decisions that make up one random net, each under a name.
///
/// Decisions are whole numbers from 0 to below a bound, and 0 is always the simplest: one channel, no padding, group
/// 1. A net is thus given by the numbers alone: the same numbers make the same net, and smaller ones a simpler net,
/// which is all that shrinking needs to know (after MacIver and Donaldson, "Test-Case Reduction via Test-Case
/// Generation", ECOOP 2020; here the numbers have names, so that one does not shift the meaning of the next).
package struct Choices: Sendable {
  /// One decision.
  package struct Decision: Sendable, Equatable {
    /// What is decided: `conv.pad`.
    package var name: String
    /// The decision.
    package var value: Int
  }

  /// The decisions so far, in the order they were made.
  package private(set) var decisions: [Decision] = []
  private var places: [String: Int] = [:]
  private let fixed: [String: Int]
  private var random: RandomNumbers?
  /// Where the random numbers begin; 0 where there are none.
  let seed: UInt64

  /// Decides at random.
  package init(seed: UInt64) {
    fixed = [:]
    self.seed = seed
    random = RandomNumbers(seed: seed)
  }

  /// Repeats decisions; those that are not among them are the simplest.
  package init(repeating decisions: [Decision]) {
    fixed = Dictionary(decisions.map { ($0.name, $0.value) }) { $1 }
    seed = 0
    random = nil
  }

  /// Repeats decisions, and decides anew at random what is not among them.
  package init(keeping decisions: [Decision], seed: UInt64) {
    fixed = Dictionary(decisions.map { ($0.name, $0.value) }) { $1 }
    self.seed = seed
    random = RandomNumbers(seed: seed)
  }

  /// A number from 0 to below `bound`; asked again under the same name, the same.
  package mutating func choose(_ name: String, below bound: Int) -> Int {
    let last = max(bound, 1) - 1
    if let place = places[name] { return min(decisions[place].value, last) }
    let drawn = fixed[name] == nil ? random?.next() : nil
    let value = drawn.map { Int($0 % UInt64(last + 1)) } ?? min(max(fixed[name] ?? 0, 0), last)
    places[name] = decisions.count
    decisions.append(Decision(name: name, value: value))
    return value
  }

  /// Likewise, with random numbers of its own: the decisions after it are those that would be made without it.
  package mutating func chooseAside(_ name: String, below bound: Int) -> Int {
    guard places[name] == nil, fixed[name] == nil, random != nil else { return choose(name, below: bound) }
    var aside = RandomNumbers(seed: seed ^ name.hashOfEveryRun)
    let value = Int(aside.next() % UInt64(max(bound, 1)))
    places[name] = decisions.count
    decisions.append(Decision(name: name, value: value))
    return value
  }

  /// One of `items`, the first being the simplest.
  package mutating func pick<Item>(_ name: String, _ items: [Item]) -> Item {
    items[choose(name, below: items.count)]
  }

  /// True in one of `count` cases; false is the simplest.
  package mutating func happens(_ name: String, oneIn count: Int) -> Bool {
    // All but the last number say no, so that a shrunk decision does too.
    choose(name, below: count) == count - 1
  }
}

extension String {
  /// A hash that is the same in every run: FNV-1a.
  var hashOfEveryRun: UInt64 {
    utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
