import Diagnostics
import RuleModel
import YAML

/// Checks the `match` of a rule: captures, what they read, and that it all hangs together.
struct PatternChecker {
  let source: SourceText
  let context: RuleContext
  let problems: RuleProblems

  /// How many captures a pattern has at most.
  static let captureLimit = 256
  /// How often a chain repeats at most.
  static let chainLimit = 64

  /// The pattern; what is wrong with a condition is gathered, and leaves it out.
  ///
  /// - Throws: `RuleError` for what leaves no pattern.
  func check(_ rule: UncheckedRule) throws -> Pattern {
    guard !rule.match.isEmpty else { throw RuleError(.noCapture, rule.matchNode) }
    guard rule.match.count <= Self.captureLimit else {
      throw RuleError(
        .tooMany(rule.match.count, of: "captures", limit: Self.captureLimit), rule.matchNode)
    }
    let names = rule.match.map(\.name.text)
    for (index, item) in rule.match.enumerated() {
      try Self.checkName(item.name)
      if names[..<index].contains(item.name.text) {
        throw RuleError(.repeatedName(item.name.text), item.name.node)
      }
    }
    for item in rule.match {
      for type in item.capture.types where !type.text.hasPrefix("$") { noteMisspelling(type) }
    }
    var captures = try rule.match.map { try capture($0.name, $0.capture, names) }
    for index in captures.indices where !captures[index].alternatives.isEmpty {
      captures[index].types = types(ofAlternative: index, captures, depth: 0)
    }
    var chains: [Int: PatternStructure.Chain] = [:]
    for (index, item) in rule.match.enumerated() {
      chains[index] = try item.capture.repetition.map { try chain($0, last: index, names) }
    }
    var pattern = Pattern(captures: captures, anchor: 0, conditions: [])
    try PatternStructure(captures, chains: chains).complete(&pattern)
    for (index, item) in rule.match.enumerated() {
      let scope = RuleScope(pattern, of: index, context)
      pattern.captures[index].conditions = problems.attemptEach(item.capture.conditions) {
        try scope.check($0)
      }
    }
    return pattern
  }

  /// Throws for what cannot name a capture, a parameter, a `let` or an item.
  static func checkName(_ name: RuleText) throws {
    guard isName(name.text) else { throw RuleError(.badCaptureName(name.text), name.node) }
    guard Expression.isName(name.text) else { throw RuleError(.reservedName(name.text), name.node) }
  }

  static func isName(_ text: String) -> Bool {
    func isLetter(_ s: Unicode.Scalar) -> Bool {
      ("a"..."z").contains(s) || ("A"..."Z").contains(s) || s == "_"
    }
    guard let first = text.unicodeScalars.first, isLetter(first) else { return false }
    return text.unicodeScalars.allSatisfy { isLetter($0) || ("0"..."9").contains($0) }
  }

  /// A fork may have any type; one that differs from a known one by a letter or two is more likely a slip.
  private func noteMisspelling(_ type: RuleText) {
    guard let known = context.fields?.layerTypes, !known.contains(type.text),
      let near = Suggestion.nearest(to: type.text, among: known, within: 2)
    else { return }
    // 'ReLU6' and 'HSwish' are types of their own.
    if type.text.hasPrefix(near) || type.text.hasSuffix(near) { return }
    context.notes.add(unknownType: type, near: near)
  }

  private func capture(
    _ name: RuleText, _ capture: UncheckedCapture, _ names: [String]
  ) throws -> Capture {
    let (types, lists) = try types(of: capture)
    var checked = Capture(
      name: name.text, types: types, typeLists: lists, nameGlob: capture.name.map { Glob($0.text) },
      isIncluded: capture.included,
      bottoms: try capture.bottom.map { try bottoms($0, names) } ?? .unspecified, conditions: [],
      place: source.place(at: name.node.offset), isOptional: capture.optional)
    guard let either = capture.either else { return checked }
    for text in either {
      guard let index = names.firstIndex(of: text.text) else {
        throw RuleError(.unknownCapture(text.text, known: names), text.node)
      }
      if checked.alternatives.contains(index) {
        throw RuleError(.namedTwice(text.text, under: "either"), text.node)
      }
      checked.alternatives.append(index)
    }
    guard checked.alternatives.count > 1 else {
      throw RuleError(.fewAlternatives(capture: name.text), capture.node)
    }
    return checked
  }

  /// The types that a capture names, those of lists among them.
  private func types(of capture: UncheckedCapture) throws -> (types: TypePattern, lists: [String]) {
    var globs: [Glob] = []
    var lists: [String] = []
    for type in capture.types {
      guard type.text.hasPrefix("$") else {
        globs.append(Glob(type.text))
        continue
      }
      let name = String(type.text.dropFirst())
      let found = context.typeLists.filter { $0.name == name }
      guard !found.isEmpty else {
        throw RuleError(.unknownTypeList(name, known: context.typeLists.map(\.name)), type.node)
      }
      globs += found.flatMap(\.types)
      lists.append(name)
    }
    return (capture.types.isEmpty ? .any : .oneOf(globs), lists)
  }

  /// The types of all alternatives; a circle among them is found later.
  private func types(ofAlternative index: Int, _ captures: [Capture], depth: Int) -> TypePattern {
    let alternatives = captures[index].alternatives
    guard let first = alternatives.first, depth < 8 else { return captures[index].types }
    return alternatives.dropFirst().reduce(types(ofAlternative: first, captures, depth: depth + 1)) {
      $0.union(types(ofAlternative: $1, captures, depth: depth + 1))
    }
  }

  /// `1..8`, or `{times: 1..8, from: conv}` for a chain of several captures.
  private func chain(
    _ node: YAMLNode, last: Int, _ names: [String]
  ) throws -> PatternStructure.Chain {
    guard case .mapping = node.content else {
      return PatternStructure.Chain(times: try times(node), first: last, node: node)
    }
    let map = try YAMLMap(node, as: "repeat")
    try map.rejectUnknownKeys(allowed: RuleGrammar.repetition.names)
    let from = try map.requiredText("from")
    guard let first = names.firstIndex(of: from.text) else {
      throw RuleError(.unknownCapture(from.text, known: names), from.node)
    }
    return PatternStructure.Chain(times: try times(map.required("times")), first: first, node: node)
  }

  private func times(_ node: YAMLNode) throws -> ClosedRange<Int> {
    let text = node.scalar?.text ?? ""
    let bounds = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard bounds.count == 3, bounds[1].isEmpty, let least = Int(Substring(bounds[0])), least >= 0 else {
      throw RuleError(.badTimes(found: YAMLDescription(node)), node)
    }
    guard !bounds[2].isEmpty else { throw RuleError(.endlessChain(least: least), node) }
    guard let most = Int(Substring(bounds[2])), most >= max(least, 1) else {
      throw RuleError(.badTimes(found: YAMLDescription(node)), node)
    }
    guard most <= Self.chainLimit else { throw RuleError(.longChain(most, limit: Self.chainLimit), node) }
    return least...most
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
      if map.value("among") != nil { return .among(try several("among", map, names)) }
      if map.value("adjacent") != nil { return .adjacent(try several("adjacent", map, names)) }
      if let one = map.value("one_of") { return .oneOf(try reference(one, names)) }
      guard let every = map.value("every") else {
        throw RuleError(.badBottom(found: YAMLDescription(node)), node)
      }
      let element = try reference(every, names)
      guard element.capture != nil else { throw RuleError(.everyValue, every) }
      return .every(element)
    }
  }

  /// A list of at least two.
  private func several(_ key: String, _ map: YAMLMap, _ names: [String]) throws -> [BottomReference] {
    let items = try map.sequence(key)!
    guard items.count > 1 else { throw RuleError(.fewBottoms(key), map.node) }
    return try items.map { try reference($0, names) }
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
    if let range = text.split(at: ".tops[") {
      guard let index = Int(range.index), index >= 0 else {
        throw RuleError(.badBottom(found: YAMLDescription(node)), node)
      }
      name = range.name
      top = index
    }
    guard let capture = names.firstIndex(of: name) else {
      if name.hasSuffix(".top"), let reason = PathText.caffeMember(node) { throw RuleError(reason, node) }
      throw RuleError(.unknownCapture(name, known: names), node)
    }
    return .top(capture: capture, index: top)
  }
}
