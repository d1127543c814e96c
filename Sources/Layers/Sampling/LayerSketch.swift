/// A layer while its parameters are drawn: what its bottoms look like, and what was decided so far.
package struct LayerSketch {
  /// Its type.
  package let type: String
  /// The shapes of its bottoms.
  package let bottoms: [[Int]]
  /// How many tops it is to have.
  package let topCount: Int
  /// What was drawn so far.
  package var parameters = ParameterList()
  /// Decides: a whole number from 0, which is the simplest, to below a bound; asked again under the same name, the same.
  private let decide: (_ name: String, _ bound: Int) -> Int

  /// A layer without parameters, whose decisions `decide` makes.
  package init(
    type: String, bottoms: [[Int]], topCount: Int,
    decide: @escaping (_ name: String, _ bound: Int) -> Int
  ) {
    self.type = type
    self.bottoms = bottoms
    self.topCount = topCount
    self.decide = decide
  }

  /// Channels of the first bottom.
  package var channels: Int { bottoms.first.flatMap { $0.count > 1 ? $0[1] : $0.first } ?? 1 }
  /// Spatial axes of the first bottom.
  package var spatialCount: Int { max(0, (bottoms.first?.count ?? 0) - 2) }

  package func choose(_ what: String, below bound: Int) -> Int { decide(what, bound) }

  package func pick<Item>(_ what: String, _ items: [Item]) -> Item { items[choose(what, below: items.count)] }

  /// True in one of `count` cases; false is the simplest.
  package func happens(_ what: String, oneIn count: Int = 2) -> Bool {
    // All but the last number say no, so that a shrunk decision does too.
    choose(what, below: count) == count - 1
  }

  /// Sets a parameter.
  package mutating func set(_ message: String, _ field: String, _ values: [Int]) {
    parameters[message, field] = values.map(String.init)
  }

  /// Sets a parameter to one of `literals`; nil leaves it out.
  package mutating func set(_ message: String, _ field: String, oneOf literals: [String?]) {
    parameters[message, field] = pick(field, literals).map { [$0] }
  }

  /// A size for each spatial axis: none, one for all, or one for each, as `kernel_h` and `kernel_w` where that is
  /// possible.
  package mutating func setSizes(
    _ message: String, _ field: String, _ stem: String?, from least: Int, to most: Int, default value: Int?
  ) {
    var size = least + choose(field, below: most - least + 1)
    let style = choose("\(field).style", below: 8)
    if style == 7, spatialCount == 2, let stem {
      set(message, "\(stem)_h", [size])
      size = least + choose("\(field).width", below: most - least + 1)
      set(message, "\(stem)_w", [size])
    } else if style == 6, spatialCount > 1, stem != nil || field == "dilation" {
      set(
        message, field, (0..<spatialCount).map { least + choose("\(field).\($0)", below: most - least + 1) })
    } else if size != value {
      set(message, field, [size])
    }
  }

  /// A divisor of `number`, 1 being the simplest.
  package func divisor(_ what: String, of number: Int) -> Int {
    let divisors = (1...max(number, 1)).filter { number % $0 == 0 }
    return pick(what, divisors)
  }
}
