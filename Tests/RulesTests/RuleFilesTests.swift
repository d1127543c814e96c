import Diagnostics
import Testing

@testable import RuleModel
@testable import Rules

/// Rule files that extend others: order, overriding, and everything that is wrong with `extends`.
@Suite struct RuleFilesTests {
  private struct Missing: DiagnosticError {
    let path: String
    var diagnostic: Diagnostic { Diagnostic(.error, at: .file(path), "there is no such file") }
  }

  /// A file with rules of these ids.
  private static func file(_ extends: String, _ ids: String..., layout: String = "") -> String {
    let rules = ids.map { "  - {id: \($0), summary: S., match: {c: {type: ReLU}}, rewrite: {remove: c}}\n" }
    return "schema: 1\n" + (extends.isEmpty ? "" : "extends: \(extends)\n") + "rules:\n" + rules.joined()
      + layout
  }

  private func load(_ roots: [String], _ files: [String: String]) -> RuleFiles {
    @Sendable func read(_ path: String) throws -> [SourceText] {
      let found = files.keys.sorted().filter { $0 == path || $0.hasPrefix(path + "/") }
      guard !found.isEmpty else { throw Missing(path: path) }
      return found.map { SourceText(path: $0, bytes: Array(files[$0]!.utf8)) }
    }
    return RuleFiles(
      roots.map { SourceText(path: $0, bytes: Array(files[RelativePath.normal($0)]!.utf8)) },
      isKnown: { _ in false }, check: { RuleFile.check($0, kernels: [], reasons: []) }, read: read)
  }

  /// `path:id` of each rule that is left, with what it overrides.
  private func rules(_ files: RuleFiles) throws -> [String] {
    #expect(files.errors.map(\.diagnostic.text) == [])
    #expect(RuleSet.repetitions(in: files.rules).map(\.diagnostic.text) == [])
    return RuleSet.overridden(files.rules).map { rule in
      ([rule.source.path + ":" + rule.id] + rule.overridden.map { "over \($0.place.path)" }).joined(
        separator: " ")
    }
  }

  @Test func whatIsExtendedComesFirst() throws {
    let files = load(
      ["mine.yaml"],
      [
        "mine.yaml": Self.file("[base.yaml, more]", "a"), "base.yaml": Self.file("", "b"),
        "more/c.yaml": Self.file("", "c"), "more/d.yaml": Self.file("c.yaml", "d"),
      ])
    #expect(try rules(files) == ["base.yaml:b", "more/c.yaml:c", "more/d.yaml:d", "mine.yaml:a"])
  }

  @Test func pathsAreRelativeToTheFile() throws {
    let files = load(
      ["rules/team/./mine.yaml"],
      [
        "rules/team/mine.yaml": Self.file("../base.yaml", "a"),
        "rules/base.yaml": Self.file("team/../other/x.yaml", "b"),
        "rules/other/x.yaml": Self.file("", "x"),
      ])
    #expect(try rules(files) == ["rules/other/x.yaml:x", "rules/base.yaml:b", "rules/team/./mine.yaml:a"])
  }

  @Test func aRuleTakesThePlaceOfTheOneThatItOverrides() throws {
    let files = load(
      ["mine.yaml"],
      [
        "mine.yaml": Self.file("middle.yaml", "c", "a"), "middle.yaml": Self.file("base.yaml", "a"),
        "base.yaml": Self.file("", "a", "b"),
      ])
    #expect(
      try rules(files) == ["mine.yaml:a over middle.yaml over base.yaml", "base.yaml:b", "mine.yaml:c"])
  }

  @Test func aFileThatTwoExtendIsReadOnce() throws {
    let files = load(
      ["mine.yaml", "left.yaml"],
      [
        "mine.yaml": Self.file("[left.yaml, right.yaml]", "m"), "left.yaml": Self.file("base.yaml", "l"),
        "right.yaml": Self.file("base.yaml", "r", "b"), "base.yaml": Self.file("", "b"),
      ])
    #expect(
      try rules(files) == ["right.yaml:b over base.yaml", "left.yaml:l", "right.yaml:r", "mine.yaml:m"])
  }

  @Test func filesSideBySideDoNotOverrideEachOther() {
    let files = load(
      ["mine.yaml"],
      [
        "mine.yaml": Self.file("[left.yaml, right.yaml]", "m"), "left.yaml": Self.file("", "a"),
        "right.yaml": Self.file("", "a"),
      ])
    #expect(
      RuleSet.repetitions(in: files.rules).map(\.diagnostic.headline) == [
        "right.yaml:3:5: rule 'a' is defined twice, first at left.yaml:3:5; to override a rule, extend its file"
      ])
  }

  @Test func oneFileCannotHaveOneIdTwice() {
    let files = load(["mine.yaml"], ["mine.yaml": Self.file("", "a", "a")])
    #expect(RuleSet.repetitions(in: files.rules).count == 1)
  }

  @Test func layoutsComeInTheSameOrder() throws {
    func layout(_ blobs: String) -> String { "layouts: [{id: l, type: BN, blobs: [\(blobs)]}]\n" }
    let files = load(
      ["mine.yaml"],
      [
        "mine.yaml": Self.file("base.yaml", "a", layout: layout("gamma")),
        "base.yaml": Self.file("", "b", layout: layout("beta")),
      ])
    let set = try RuleSet(files.rules, layouts: files.layouts)
    #expect(set.layouts.map(\.roles) == [[.gamma]])
  }

  // MARK: - Faulty files

  @Test(
    arguments: [
      (
        "itself", ["mine.yaml": file("mine.yaml", "a")],
        """
        mine.yaml:2:10: error: a rule file cannot extend itself
          extends: mine.yaml
                   ^
        """
      ),
      (
        "a circle",
        [
          "mine.yaml": file("sub/b.yaml", "a"), "sub/b.yaml": file("../c.yaml", "b"),
          "c.yaml": file("[sub/b.yaml]", "c"),
        ],
        """
        c.yaml:2:11: error: rule files extend one another in a circle: 'sub/b.yaml', then 'c.yaml', then 'sub/b.yaml'; remove one of these
          extends: [sub/b.yaml]
                    ^
        """
      ),
      (
        "a file that is not there", ["mine.yaml": file("bsae.yaml", "a")],
        """
        mine.yaml:2:10: error: 'bsae.yaml' cannot be extended: there is no such file
          extends: bsae.yaml
                   ^
        """
      ),
      (
        "no path", ["mine.yaml": file("[{file: base.yaml}]", "a")],
        """
        mine.yaml:2:11: error: expected a string in the list of 'extends', found a mapping
          extends: [{file: base.yaml}]
                    ^
        """
      ),
      (
        "an extended file with a mistake",
        ["mine.yaml": file("base.yaml", "a"), "base.yaml": "schema: 2\n"],
        """
        base.yaml:1:9: error: the rule language has no schema 2; write 'schema: 1'
          schema: 2
                  ^
        """
      ),
    ] as [(String, [String: String], String)])
  func message(name: String, files: [String: String], expected: String) {
    #expect(load(["mine.yaml"], files).errors.map(\.diagnostic.text) == [expected])
  }

  @Test func aLongChainIsRefused() {
    var files: [String: String] = [:]
    for number in 0..<20 { files["\(number).yaml"] = Self.file("\(number + 1).yaml", "a\(number)") }
    files["20.yaml"] = Self.file("", "end")
    #expect(
      load(["0.yaml"], files).errors.map(\.diagnostic.headline) == [
        "15.yaml:2:10: more than 16 rule files extend one another in a row; extend some of them directly here"
      ])
    files["15.yaml"] = Self.file("", "end")
    #expect(load(["0.yaml"], files).errors.isEmpty)
  }

  @Test(arguments: [
    ("a/b.yaml", "c.yaml", "a/c.yaml"), ("b.yaml", "c.yaml", "c.yaml"), ("a/b.yaml", "../c.yaml", "c.yaml"),
    ("a/b.yaml", "../../c.yaml", "../c.yaml"), ("../b.yaml", "./x/../c.yaml", "../c.yaml"),
    ("/r/b.yaml", "../c.yaml", "/c.yaml"), ("a/b.yaml", "/c//d.yaml", "/c/d.yaml"), ("a/b.yaml", ".", "a"),
    ("b.yaml", ".", "."),
  ])
  func resolving(file: String, path: String, expected: String) {
    #expect(RelativePath.resolve(path, from: file) == expected)
  }

  /// A file whose definitions each consist of one layer.
  private func definitions(
    _ parts: [(type: String, is: String, rest: String)], _ files: [String: String] = [:]
  )
    -> [String]
  {
    let text =
      "schema: 1\n" + (files.isEmpty ? "" : "extends: [\(files.keys.sorted().joined(separator: ", "))]\n")
      + "layers:\n"
      + parts.map { "  - {type: \($0.type), summary: S., means: [{type: \($0.is)}]\($0.rest)}\n" }.joined()
    let files = files.merging(["mine.yaml": text]) { $1 }
    @Sendable func read(_ path: String) -> [SourceText] {
      [SourceText(path: path, bytes: Array(files[path]!.utf8))]
    }
    return RuleFiles(
      read("mine.yaml"), isKnown: { $0 == "BatchNorm" },
      check: { RuleFile.check($0, kernels: [], reasons: []) }, read: read
    ).errors.map { String($0.diagnostic.text.prefix { $0 != "\n" }) }
  }

  @Test func definitionsMustNotLeadBackToThemselves() {
    #expect(
      definitions([("Own", "Own", "")]) == [
        "mine.yaml:3:38: error: the definition of 'Own' contains a layer of the same type; use layers of other types, or operators"
      ])
    #expect(definitions([("Own", "Own}, {type: Own", "")]).count == 1)
    #expect(definitions([("[Own, Own]", "Own", "")]).count == 1)
    let circle = definitions([("A", "B", ""), ("B", "C", ""), ("C", "A", ""), ("D", "A", "")])
    #expect(circle.count == 1)
    #expect(
      circle.first?.hasSuffix(
        "error: the definitions of 'A', 'B' and 'C' form a circle: each contains a layer of the next type, and the last one a layer of the first; define one of these types by other layers, or by operators"
      ) == true)
    let other = "schema: 1\nlayers: [{type: B, summary: S., means: [{type: A}]}]\n"
    #expect(definitions([("A", "B", "")], ["other.yaml": other]).count == 1)
  }

  /// A long row of definitions, whose last leads to the first, is found without running out of stack.
  @Test func aLongCircleIsFound() {
    let count = 20_000
    let errors = definitions((0..<count).map { ("T\($0)", "T\(($0 + 1) % count)", "") })
    #expect(errors.count == 1)
    #expect(errors.first?.contains("the definitions of 'T0', 'T1'") == true)
  }

  /// What the program runs itself ends a circle, and so may a condition.
  @Test func whatLooksLikeACircleMayEnd() {
    #expect(definitions([("A", "B", ""), ("B", "ReLU", "")]) == [])
    #expect(definitions([("BatchNorm", "BatchNorm", "")]) == [])
    #expect(
      definitions([("A", "A", ", where: [{that: 'layer.bottoms[0].channels > 1', because: it ends}]")]) == [])
    #expect(definitions([("A", "A, when: 'layer.bottoms[0].channels > 1'", "")]) == [])
    #expect(definitions([("A", "A, each: {i: 2}", "")]) == [])
    #expect(
      definitions([
        ("A", "B", ""), ("B", "A", ""), ("B", "ReLU", ", where: [{that: 'true', because: it ends}]"),
      ]) == [])
  }
}
