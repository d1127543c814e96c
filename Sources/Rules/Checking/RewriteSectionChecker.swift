import Diagnostics
import RuleModel
import YAML

/// Checks the `rewrite` of a rule.
struct RewriteSectionChecker {
  let source: SourceText
  let pattern: Pattern
  let problems: RuleProblems

  /// The rewrite; what is wrong with the names of captures, or with one of the other keys, is gathered, and leaves that out.
  func check(_ map: YAMLMap, _ scope: RuleScope) throws -> Rewrite {
    let before = problems.count
    problems.rejectUnknownKeys(of: map, RuleGrammar.rewrite)
    var rewrite = Rewrite()
    let kept = try captures("keep", map, scope.anyCapture)
    rewrite.removed = try captures("remove", map, scope.anyCapture)
    rewrite.dropped = try captures("drop", map, scope.anyCapture)
    rewrite.replaced = try captures("replace", map, scope.anyCapture)
    rewrite.expanded = try captures("expand", map, scope.capture)
    let fates = [
      ("keep", kept), ("remove", rewrite.removed), ("drop", rewrite.dropped), ("replace", rewrite.replaced),
      ("expand", rewrite.expanded),
    ]
    for (index, (second, b)) in fates.enumerated() {
      for (first, a) in fates[..<index] {
        if let both = a.first(where: b.contains) {
          throw RuleError(
            .contradiction(capture: pattern.captures[both].name, first: first, second: second), map.node)
        }
      }
    }
    // The other keys speak of what stays and what goes.
    guard problems.count == before else { return rewrite }
    rewrite.keepsEarlierName = problems.attempt { try keepsEarlierName(map) } ?? false
    _ = problems.attempt { try renames(map, scope, &rewrite) }
    _ = problems.attempt { try retypes(map, scope, &rewrite) }
    rewrite.separated = problems.attempt { try captures("separate", map, scope.capture) } ?? []
    rewrite.foreignCleared = problems.attempt { try captures("clear_foreign", map, scope.capture) } ?? []
    for (key, named) in [("separate", rewrite.separated), ("clear_foreign", rewrite.foreignCleared)] {
      for capture in named where rewrite.lets(go: capture) {
        _ = problems.attempt {
          throw RuleError(.setInVain(capture: pattern.captures[capture].name), map.keyNode(key) ?? map.node)
        }
      }
    }
    let cleared = problems.attempt { try map.textList("clear") } ?? []
    rewrite.cleared = problems.attemptEach(cleared) { try self.cleared($0, scope, rewrite) }
    _ = problems.attempt { try connections(map, scope, &rewrite) }
    let pruned = problems.attempt { try map.textList("prune") } ?? []
    rewrite.pruned = problems.attemptEach(pruned) { try self.pruned($0, scope) }
    let templates = TemplateChecker(source: source, pattern: pattern, rewrite: rewrite)
    rewrite.layers = problems.attempt { try replacement(map, scope, rewrite, templates) } ?? []
    rewrite.insertions =
      problems.attempt { try templates.insertions(Self.items(map.value("insert")), scope) } ?? []
    return rewrite
  }

  private func keepsEarlierName(_ map: YAMLMap) throws -> Bool {
    guard let output = try map.text("output") else { return false }
    guard ["first", "last"].contains(output.text) else {
      throw RuleError(
        .unknownWord(output.text, for: "'output'", allowed: ["first", "last"]), output.node)
    }
    return output.text == "first"
  }

  private func replacement(
    _ map: YAMLMap, _ scope: RuleScope, _ rewrite: Rewrite, _ templates: TemplateChecker
  ) throws -> [LayerTemplate] {
    let with = Self.items(map.value("with"))
    guard rewrite.replaced.isEmpty == with.isEmpty else {
      throw RuleError(
        .halfReplacement, map.keyNode("replace") ?? map.keyNode("with") ?? map.node)
    }
    return try templates.replacements(with, scope, at: map.keyNode("replace") ?? map.node)
  }

  /// One node, or those of a list.
  static func items(_ node: YAMLNode?) -> [YAMLNode] {
    guard let node else { return [] }
    return node.sequence ?? [node]
  }

  private func captures(
    _ key: String, _ map: YAMLMap, _ find: (RuleText) throws -> Int
  ) throws -> [Int] {
    var captures: [Int] = []
    for text in try map.textList(key) {
      _ = problems.attempt {
        let capture = try find(text)
        if captures.contains(capture) { throw RuleError(.namedTwice(text.text, under: key), text.node) }
        captures.append(capture)
      }
    }
    return captures
  }

  /// A capture that is there afterwards.
  private func staying(
    _ text: RuleText, _ scope: RuleScope, _ rewrite: Rewrite, allowsRemoved: Bool = false
  ) throws -> Int {
    let capture = try scope.capture(text)
    if allowsRemoved, rewrite.removed.contains(capture) { return capture }
    guard !rewrite.lets(go: capture) else { throw RuleError(.setInVain(capture: text.text), text.node) }
    return capture
  }

  /// New names of layers, and under `layer.tops` of what they make.
  private func renames(_ map: YAMLMap, _ scope: RuleScope, _ rewrite: inout Rewrite) throws {
    let tops = ".tops"
    for (key, value) in try map.map("rename", as: "rename")?.texts ?? [] {
      let text = try value.asText(for: .key(key.text))
      guard key.text.hasSuffix(tops) else {
        if key.text.contains(".") { throw RuleError(.badRename(key.text), key.node) }
        rewrite.renames.append(
          (capture: try staying(key, scope, rewrite), name: try NameTemplate(text, scope)))
        continue
      }
      var scope = scope
      try scope.define(RuleText(text: NameTemplate.present, node: text.node), as: .string)
      try scope.define(RuleText(text: NameTemplate.isOutput, node: text.node), as: .boolean)
      let layer = RuleText(text: String(key.text.dropLast(tops.count)), node: key.node)
      rewrite.topNames.append(
        (capture: try staying(layer, scope, rewrite), name: try NameTemplate(text, scope)))
    }
  }

  private func retypes(_ map: YAMLMap, _ scope: RuleScope, _ rewrite: inout Rewrite) throws {
    for (key, value) in try map.map("retype", as: "retype")?.texts ?? [] {
      rewrite.retypes.append(
        (
          capture: try staying(key, scope, rewrite), type: try value.asText(for: .key(key.text)).text
        ))
    }
  }

  private func connections(_ map: YAMLMap, _ scope: RuleScope, _ rewrite: inout Rewrite) throws {
    let values = ValueChecker(pattern: pattern, rewrite: rewrite)
    for (key, value) in try map.map("bottoms", as: "bottoms")?.texts ?? [] {
      guard case .mapping = value.content else {
        rewrite.connections.append(
          (
            // One that is bypassed gives each top the bottom at its position.
            capture: try staying(key, scope, rewrite, allowsRemoved: true),
            bottoms: try Self.items(value).map { try values.item($0, scope, aliases: []) }
          ))
        continue
      }
      let map = try YAMLMap(value, as: RuleGrammar.connection.name)
      try map.rejectUnknownKeys(allowed: RuleGrammar.connection.names)
      _ = try map.required("without")
      // What is bypassed has a bottom left that takes its place, so its bottoms matter too.
      let reader = try scope.capture(key)
      if rewrite.dropped.contains(reader) || rewrite.replaced.contains(reader) {
        throw RuleError(.setInVain(capture: key.text), key.node)
      }
      let gone = try Self.items(map.value("without")).map { node in
        let value = try values.check(node, scope)
        guard pattern.captures[reader].bottoms.references.contains(where: value.isRead) else {
          throw RuleError(.notRead(try node.asText(for: .key("without")).text, by: key.text), node)
        }
        return value
      }
      rewrite.disconnections.append((capture: reader, without: gone))
    }
  }

  /// `loss.bottoms`, `loss.bottoms[1]` or `loss.bottoms[1:]`.
  private func pruned(_ text: RuleText, _ scope: RuleScope) throws -> PrunedBottoms {
    func bottoms(_ name: String, _ first: Int, isSingle: Bool) throws -> PrunedBottoms {
      PrunedBottoms(
        capture: try scope.capture(RuleText(text: name, node: text.node)), positions: first...,
        isSingle: isSingle)
    }
    if text.text.hasSuffix(".bottoms") {
      return try bottoms(String(text.text.dropLast(8)), 0, isSingle: false)
    }
    guard let parts = text.text.split(at: ".bottoms["), let digits = Optional(parts.index),
      let first = Int(digits.hasSuffix(":") ? String(digits.dropLast()) : digits), first >= 0
    else { throw RuleError(.badPrune(text.text), text.node) }
    return try bottoms(parts.name, first, isSingle: !digits.hasSuffix(":"))
  }

  private func cleared(_ text: RuleText, _ scope: RuleScope, _ rewrite: Rewrite) throws -> ClearedField {
    let parts = text.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, parts.dropFirst().allSatisfy(PatternChecker.isName) else {
      throw RuleError(.badClear(text.text), text.node)
    }
    guard !["name", "type", "bottom", "top", "blobs"].contains(parts[1]) else {
      throw RuleError(.badClear(text.text), text.node)
    }
    return ClearedField(
      capture: try staying(RuleText(text: parts[0], node: text.node), scope, rewrite),
      path: Array(parts.dropFirst()), place: source.place(at: text.node.offset))
  }
}

extension ValueReference {
  /// Whether a bottom of the pattern is this value.
  fileprivate func isRead(as bottom: BottomReference) -> Bool {
    switch (self, bottom) {
    case (.top(let capture, let index), .top(let other, let otherIndex)):
      capture == other && index == otherIndex
    case (.value(let name), .value(let other)): name == other
    default: false
    }
  }
}
