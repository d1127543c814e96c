import Diagnostics
import RuleModel
import YAML

/// How the captures of a pattern hang together: where the search begins, which stand for several layers, which may
/// be absent.
///
/// A capture's *sources* are the captures it reads, or those it is one of. They form no circle, so everything here
/// is a walk over at most `PatternChecker.captureLimit` captures.
struct PatternStructure {
  /// A chain as written.
  struct Chain {
    var times: ClosedRange<Int>
    var first: Int
    var node: YAMLNode
  }

  private let captures: [Capture]
  /// By their last capture.
  private let chains: [Int: Chain]
  private let sources: [[Int]]

  init(_ captures: [Capture], chains: [Int: Chain]) throws {
    self.captures = captures
    self.chains = chains
    sources = captures.map { $0.bottoms.references.compactMap(\.capture) + $0.alternatives }
    try checkForms()
  }

  /// Fills in what the structure says.
  func complete(_ pattern: inout Pattern) throws {
    let anchor = try anchor()
    try checkCircles()
    try checkConnected(from: anchor)
    let back = closure(of: [anchor])
    let forward = captures.indices.filter { !back.contains($0) }
    for index in forward where isSpecial(index) {
      throw RuleError(
        .notOnWayBack(capture: captures[index].name, anchor: captures[anchor].name), at: captures[index].place
      )
    }
    pattern.anchor = anchor
    pattern.forward = forward
    pattern.groups = try groups(outer: closure(of: [anchor] + forward, throughEvery: false))
    for (index, group) in pattern.groups.enumerated() {
      for capture in group.captures { pattern.captures[capture].group = index }
    }
    let certain = always()
    let roots = [anchor] + forward.filter { !captures[$0].isOptional }
    let present = roots.reduce(into: Set<Int>()) { $0.formUnion(certain[$1]) }
    pattern.isAlwaysPresent = captures.indices.map(present.contains)
  }

  // MARK: Walks

  /// The captures on the way from `starts` to the input, themselves included.
  private func closure(of starts: [Int], throughEvery: Bool = true, stoppingAt stop: Int? = nil) -> Set<Int> {
    var reached = Set(starts)
    var pending = starts
    while let capture = pending.popLast() {
      if capture == stop { continue }
      if !throughEvery, case .every = captures[capture].bottoms { continue }
      for source in sources[capture] where reached.insert(source).inserted { pending.append(source) }
    }
    return reached
  }

  /// By capture, those that are there whenever the search gets past it; for an optional one, when it is absent too.
  private func always() -> [Set<Int>] {
    var known = [Set<Int>?](repeating: nil, count: captures.count)
    func visit(_ index: Int) -> Set<Int> {
      if let found = known[index] { return found }
      var found: Set<Int> = captures[index].isOptional ? [] : [index]
      if let first = captures[index].alternatives.first {
        found.formUnion(
          captures[index].alternatives.dropFirst().reduce(visit(first)) { $0.intersection(visit($1)) })
      } else {
        for source in sources[index] { found.formUnion(visit(source)) }
      }
      known[index] = found
      return found
    }
    return captures.indices.map(visit)
  }

  /// A capture that must be there and that no other such capture reads; with several, the last: patterns are
  /// written from input to output.
  private func anchor() throws -> Int {
    var pending = captures.indices.filter { !captures[$0].isOptional }.flatMap { sources[$0] }
    var read = Set(pending)
    while let capture = pending.popLast() {
      // Who reads an optional layer reads what it would have read.
      for source in sources[capture] where read.insert(source).inserted { pending.append(source) }
    }
    func isCertain(_ index: Int) -> Bool {
      !captures[index].isOptional && chains[index]?.times.lowerBound != 0
    }
    guard captures.indices.contains(where: isCertain) else {
      throw RuleError(.onlyOptional, at: captures[0].place)
    }
    guard let anchor = captures.indices.last(where: { !read.contains($0) && isCertain($0) }) else {
      throw RuleError(.circular, at: captures[0].place)
    }
    return anchor
  }

  private func checkCircles() throws {
    // 0 is new, 1 is on the way, 2 is done.
    var states = [Int](repeating: 0, count: captures.count)
    func visit(_ index: Int) throws {
      if states[index] == 2 { return }
      guard states[index] == 0 else {
        throw RuleError(.readsItself(capture: captures[index].name), at: captures[index].place)
      }
      states[index] = 1
      for source in sources[index] { try visit(source) }
      states[index] = 2
    }
    for index in captures.indices { try visit(index) }
  }

  private func checkConnected(from anchor: Int) throws {
    var reached: Set<Int> = [anchor]
    var values: Set<String> = []
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for (index, capture) in captures.enumerated() {
        var free: [String] = []
        for case .value(let name) in capture.bottoms.references { free.append(name) }
        if sources[index].contains(where: reached.contains) || free.contains(where: values.contains),
          reached.insert(index).inserted
        {
          isGrowing = true
        }
        guard reached.contains(index) else { continue }
        for source in sources[index] where reached.insert(source).inserted { isGrowing = true }
        for name in free where values.insert(name).inserted { isGrowing = true }
      }
    }
    for (index, capture) in captures.enumerated() {
      if !capture.isIncluded, captures.count > 1 || !capture.bottoms.references.isEmpty {
        throw RuleError(.excludedConnected(capture: capture.name), at: capture.place)
      }
      guard reached.contains(index) else {
        throw RuleError(
          .disconnected(capture: capture.name, anchor: captures[anchor].name), at: capture.place)
      }
    }
  }

  // MARK: Forms

  private func isSpecial(_ index: Int) -> Bool {
    if case .every = captures[index].bottoms { return true }
    return chains[index] != nil || !captures[index].alternatives.isEmpty
  }

  /// Optional layers, alternatives and chains, each by itself.
  private func checkForms() throws {
    for (index, capture) in captures.enumerated() {
      if capture.isOptional, single(capture.bottoms) == nil {
        throw RuleError(.optionalBottom(capture: capture.name), at: capture.place)
      }
      for case .top(let read, let top) in capture.bottoms.references where top > 0 {
        if captures[read].isOptional || chains[read] != nil || !captures[read].alternatives.isEmpty {
          throw RuleError(.onlyFirstTop(capture: captures[read].name), at: capture.place)
        }
      }
      for alternative in capture.alternatives {
        if captures[alternative].isOptional || chains[alternative] != nil {
          throw RuleError(
            .badAlternative(captures[alternative].name, of: capture.name), at: capture.place)
        }
      }
      if let chain = chains[index], single(captures[chain.first].bottoms) == nil {
        throw RuleError(.chainBottom(capture: captures[chain.first].name), chain.node)
      }
    }
  }

  /// The one thing that is read, where it is one.
  private func single(_ bottoms: BottomPattern) -> BottomReference? {
    if case .ordered(let references) = bottoms, references.count == 1 { return references[0] }
    return nil
  }

  // MARK: Groups

  private func groups(outer: Set<Int>) throws -> [CaptureGroup] {
    var groups: [CaptureGroup] = []
    var owners: [Int: Int] = [:]
    func add(_ members: Set<Int>, _ kind: CaptureGroup.Kind, of owner: Int) throws {
      for member in members.sorted() {
        if let other = owners[member] {
          // The list that holds what makes the other one is the outer one.
          let (outer, inner) = members.contains(other) ? (owner, other) : (other, owner)
          throw RuleError(
            .nestedLists(outer: captures[outer].name, inner: captures[inner].name), at: captures[owner].place)
        }
        owners[member] = owner
      }
      groups.append(CaptureGroup(kind: kind, captures: members.sorted()))
    }
    for (reader, capture) in captures.enumerated() {
      guard case .every(let reference) = capture.bottoms, let element = reference.capture else { continue }
      if outer.contains(element) {
        throw RuleError(
          .readOutside(capture: captures[element].name, reader: capture.name), at: capture.place)
      }
      try add(closure(of: [element]).subtracting(outer), .every(reader: reader), of: reader)
    }
    for (last, chain) in chains.sorted(by: { $0.key < $1.key }) {
      let members = closure(of: [last], stoppingAt: chain.first)
      let source = captures[chain.first].bottoms.references[0].capture
      guard members.contains(chain.first), !captures[chain.first].isOptional,
        source.map({ !members.contains($0) }) ?? true
      else {
        throw RuleError(
          .chainFrom(first: captures[chain.first].name, last: captures[last].name), chain.node)
      }
      for (reader, capture) in captures.enumerated() where !members.contains(reader) {
        if let inside = sources[reader].first(where: { members.contains($0) && $0 != last }) {
          throw RuleError(
            .insideChain(capture: captures[inside].name, reader: capture.name, last: captures[last].name),
            at: capture.place)
        }
      }
      try add(members, .chain(times: chain.times, first: chain.first, last: last), of: last)
    }
    // A list among the layers of another list would be a list of lists.
    for group in groups {
      for member in group.captures {
        var inner: Int?
        if case .every = captures[member].bottoms { inner = member }
        if case .every = group.kind { inner = inner ?? sources[member].first { chains[$0] != nil } }
        guard let inner, let outer = owners[member] else { continue }
        throw RuleError(
          .nestedLists(outer: captures[outer].name, inner: captures[inner].name), at: captures[member].place)
      }
    }
    return groups
  }
}

extension Pattern {
  /// By capture, the captures that are there whenever it is, itself included.
  func implied(by index: Int) -> Set<Int> {
    var implied: Set<Int> = [index]
    var pending = [index]
    while let capture = pending.popLast() {
      for reference in captures[capture].bottoms.references {
        guard var source = reference.capture else { continue }
        // Behind an absent layer stands what it would have read.
        while captures[source].isOptional, let next = captures[source].bottoms.references[0].capture {
          source = next
        }
        if !captures[source].isOptional, implied.insert(source).inserted { pending.append(source) }
      }
    }
    return implied
  }
}
