import Diagnostics

/// Checks the `match` of a rule: captures, what they read, and that it all hangs together.
struct PatternChecker {
  let source: SourceText
  let context: RuleContext

  /// How many captures a pattern has at most.
  static let captureLimit = 256

  func check(_ rule: UncheckedRule) throws -> Pattern {
    guard !rule.match.isEmpty else { throw RuleError(.noCapture, rule.matchNode) }
    guard rule.match.count <= Self.captureLimit else {
      throw RuleError(
        .tooMany(rule.match.count, of: "captures", limit: Self.captureLimit), rule.matchNode)
    }
    let names = rule.match.map(\.name.text)
    for (index, item) in rule.match.enumerated() {
      guard Self.isName(item.name.text) else {
        throw RuleError(.badCaptureName(item.name.text), item.name.node)
      }
      if names[..<index].contains(item.name.text) {
        throw RuleError(.repeatedName(item.name.text), item.name.node)
      }
    }
    var captures = try rule.match.map { name, capture in
      Capture(
        name: name.text,
        types: capture.types.isEmpty ? .any : .oneOf(capture.types.map { Glob($0.text) }),
        nameGlob: capture.name.map { Glob($0.text) }, isIncluded: capture.included,
        bottoms: try capture.bottom.map { try bottoms($0, names) } ?? .unspecified, conditions: [],
        place: source.place(at: name.node.offset))
    }
    var pattern = Pattern(captures: captures, anchor: 0, conditions: [])
    pattern.anchor = try anchor(of: pattern)
    try checkConnected(pattern)
    let scope = RuleScope(pattern, context)
    for (index, item) in rule.match.enumerated() {
      captures[index].conditions = try item.capture.conditions.map {
        try scope.check($0, expecting: .boolean)
      }
    }
    pattern.captures = captures
    pattern.conditions = try rule.conditions.map { try scope.check($0, expecting: .boolean) }
    return pattern
  }

  static func isName(_ text: String) -> Bool {
    func isLetter(_ s: Unicode.Scalar) -> Bool {
      ("a"..."z").contains(s) || ("A"..."Z").contains(s) || s == "_"
    }
    guard let first = text.unicodeScalars.first, isLetter(first) else { return false }
    return text.unicodeScalars.allSatisfy { isLetter($0) || ("0"..."9").contains($0) }
  }

  private func bottoms(_ node: YAMLNode, _ names: [String]) throws -> BottomPattern {
    switch node.content {
    case .scalar: return .ordered([try reference(node, names)])
    case .sequence(let items): return .ordered(try items.map { try reference($0, names) })
    case .mapping:
      let map = try YAMLMap(node, as: "bottom")
      try map.rejectUnknownKeys(allowed: RuleGrammar.bottom.names)
      if map.keys.count > 1 { throw RuleError(.exclusive(map.keys, in: "bottom"), node) }
      if map.value("any_order") != nil {
        return .anyOrder(try map.sequence("any_order")!.map { try reference($0, names) })
      }
      guard let one = map.value("one_of") else {
        throw RuleError(.badBottom(found: YAMLDescription(node)), node)
      }
      return .oneOf(try reference(one, names))
    }
  }

  /// `conv`, `slice.tops[1]` or `$x`.
  private func reference(_ node: YAMLNode, _ names: [String]) throws -> BottomReference {
    guard case .scalar(let scalar) = node.content, !node.isNull else {
      throw RuleError(.badBottom(found: YAMLDescription(node)), node)
    }
    let text = scalar.text
    if text.hasPrefix("$"), Self.isName(String(text.dropFirst())) { return .value(String(text.dropFirst())) }
    var name = text
    var top = 0
    if let range = text.range(ofTops: ".tops[") {
      guard let index = Int(range.index), index >= 0 else {
        throw RuleError(.badBottom(found: YAMLDescription(node)), node)
      }
      name = range.name
      top = index
    }
    guard let capture = names.firstIndex(of: name) else {
      throw RuleError(.unknownCapture(name, known: names), node)
    }
    return .top(capture: capture, index: top)
  }

  /// A capture that no other reads; with several, the last: patterns are written from input to output.
  private func anchor(of pattern: Pattern) throws -> Int {
    var read: Set<Int> = []
    for capture in pattern.captures {
      for case .top(let index, _) in capture.bottoms.references { read.insert(index) }
    }
    guard let anchor = pattern.captures.indices.last(where: { !read.contains($0) }) else {
      throw RuleError(.circular, at: pattern.captures[0].place)
    }
    return anchor
  }

  private func checkConnected(_ pattern: Pattern) throws {
    var reached: Set<Int> = [pattern.anchor]
    var values: Set<String> = []
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for (index, capture) in pattern.captures.enumerated() {
        let isLinked = capture.bottoms.references.contains { reference in
          switch reference {
          case .top(let other, _): return reached.contains(other)
          case .value(let name): return values.contains(name)
          }
        }
        if isLinked, reached.insert(index).inserted { isGrowing = true }
        guard reached.contains(index) else { continue }
        for reference in capture.bottoms.references {
          switch reference {
          case .top(let other, _): if reached.insert(other).inserted { isGrowing = true }
          case .value(let name): if values.insert(name).inserted { isGrowing = true }
          }
        }
      }
    }
    for (index, capture) in pattern.captures.enumerated() {
      if !capture.isIncluded, pattern.captures.count > 1 || !capture.bottoms.references.isEmpty {
        throw RuleError(.excludedConnected(capture: capture.name), at: capture.place)
      }
      guard reached.contains(index) else {
        throw RuleError(
          .disconnected(capture: capture.name, anchor: pattern.captures[pattern.anchor].name),
          at: capture.place)
      }
    }
  }
}

extension String {
  /// Splits `name.tops[2]` into `name` and `2`.
  fileprivate func range(ofTops marker: String) -> (name: String, index: String)? {
    let utf8 = Array(self.utf8)
    let wanted = Array(marker.utf8)
    guard utf8.last == UInt8(ascii: "]"), utf8.count > wanted.count else { return nil }
    for start in 0...(utf8.count - wanted.count) where Array(utf8[start..<start + wanted.count]) == wanted {
      return (
        String(decoding: utf8[..<start], as: UTF8.self),
        String(decoding: utf8[(start + wanted.count)..<(utf8.count - 1)], as: UTF8.self)
      )
    }
    return nil
  }
}
