/// A layer while its parameters are drawn: what its bottoms look like, and what was decided so far.
struct LayerSketch {
  /// The name that its decisions begin with.
  let name: String
  /// The shapes of its bottoms.
  let bottoms: [[Int]]
  /// How many tops it is to have.
  let topCount: Int
  /// Where decisions are made.
  var choices: Choices
  /// What was drawn so far.
  var parameters = ParameterList()

  init(name: String, bottoms: [[Int]], topCount: Int, choices: Choices) {
    self.name = name
    self.bottoms = bottoms
    self.topCount = topCount
    self.choices = choices
  }

  /// Channels of the first bottom.
  var channels: Int { bottoms.first.flatMap { $0.count > 1 ? $0[1] : $0.first } ?? 1 }
  /// Spatial axes of the first bottom.
  var spatialCount: Int { max(0, (bottoms.first?.count ?? 0) - 2) }

  mutating func choose(_ what: String, below bound: Int) -> Int {
    choices.choose("\(name).\(what)", below: bound)
  }

  mutating func pick<Item>(_ what: String, _ items: [Item]) -> Item { choices.pick("\(name).\(what)", items) }

  mutating func happens(_ what: String, oneIn count: Int = 2) -> Bool {
    choices.happens("\(name).\(what)", oneIn: count)
  }

  /// Sets a parameter.
  mutating func set(_ message: String, _ field: String, _ values: [Int]) {
    parameters[message, field] = values.map(String.init)
  }

  /// Sets a parameter to one of `literals`; nil leaves it out.
  mutating func set(_ message: String, _ field: String, oneOf literals: [String?]) {
    parameters[message, field] = pick(field, literals).map { [$0] }
  }

  /// A size for each spatial axis: none, one for all, or one for each, as `kernel_h` and `kernel_w` where that is
  /// possible.
  mutating func setSizes(
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
  mutating func divisor(_ what: String, of number: Int) -> Int {
    let divisors = (1...max(number, 1)).filter { number % $0 == 0 }
    return pick(what, divisors)
  }
}
