import Diagnostics
import Testing
import WireTestSupport

@testable import CaffoldKit

/// What `Caffold.check` finds, and what comments and baselines keep out.
@Suite struct CheckTests {
  private static let head = "input: \"data\" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n"

  private func check(
    _ text: String, options: RunOptions = RunOptions(), checking: FindingOptions = FindingOptions(),
    files: [String: String] = [:]
  ) throws -> CheckResult {
    try TestFiles.withFolder { folder in
      TestFiles.put(text, to: folder + "/net.prototxt")
      for (name, text) in files { TestFiles.put(text, to: folder + "/" + name) }
      var options = options
      options.rules.files = options.rules.files.map { folder + "/" + $0 }
      var checking = checking
      checking.targets = checking.targets.map { $0.hasSuffix(".yaml") ? folder + "/" + $0 : $0 }
      return try Caffold.check(ModelFiles(model: folder + "/net.prototxt"), options, checking: checking)
    }
  }

  private func rules(_ result: CheckResult) -> [String] { result.findings.map(\.rule) }

  @Test func everyCheckIsDescribedOnce() {
    let ids = StandingCheck.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    for check in StandingCheck.all { #expect(check.summary.hasSuffix(".")) }
  }

  @Test func layersThatSilenceReadsAreDead() throws {
    let result = try check(
      Self.head + layer("a", "ReLU", "data", "a") + layer("b", "TanH", "a", "b")
        + "layer { name: \"s\" type: \"Silence\" bottom: \"b\" }" + layer("c", "ReLU", "data", "c"))
    // Of the chain the last layer is told.
    #expect(rules(result) == ["dead-layer"])
    #expect(result.findings.map(\.layer) == ["b"])
  }

  /// A Silence beside another reader makes nothing dead, nor does one of a version that is written over.
  @Test func valuesThatSomebodyReadsAreNotDead() throws {
    let result = try check(
      Self.head + layer("a", "ReLU", "data", "a")
        + "layer { name: \"s\" type: \"Silence\" bottom: \"a\" }" + layer("b", "TanH", "a", "a"))
    #expect(result.findings.isEmpty)
  }

  @Test func aBottomOfTheOtherPhaseIsAWarning() throws {
    let text =
      "layer { name: \"d\" type: \"Data\" top: \"data\" include { phase: TRAIN } }\n"
      + layer("a", "ReLU", "data", "a") + layer("b", "ReLU", "nothing", "b")
    let result = try check(text)
    #expect(rules(result) == ["unmade-bottom", "unmade-bottom"])
    #expect(result.findings.map(\.severity) == [.warning, .error])
  }

  @Test func aWordOfAForkIsNoError() throws {
    let result = try check(
      Self.head + layer("p", "Pooling", "data", "p", "pooling_param { pool: AVE_EXC_PAD kernel_size: 2 }"))
    #expect(result.errorCount == 0)
    #expect(rules(result).contains("fork-word"))
  }

  /// A slip is told once: not as a fork's field or type, nor as a shape that is not known.
  @Test func aSlipIsToldOnce() throws {
    #expect(rules(try check(Self.head + layer("r", "Relu", "data", "r"))) == ["misspelt-type"])
    let field = layer("c", "Convolution", "data", "c", "convolution_param { num_output: 2 kernal_size: 1 }")
    #expect(rules(try check(Self.head + field + layer("r", "ReLU", "c", "r"))) == ["misspelt-field"])
  }

  // MARK: Suppressions

  @Test(arguments: [
    ("", 1),
    ("# caffold: ignore dead-layer because so", 0),
    ("# caffold:ignore dead-layer because so", 1),
    ("# caffold: ignore dead-*, x because so", 1),
    ("# caffold: ignore * because so", 0),
    ("# caffold: ignore", 2),
    ("#caffold: ignore dead-layer because so", 0),
  ])
  func commentsSuppress(comment: String, left: Int) throws {
    let result = try check(
      Self.head + "\(comment)\n" + layer("a", "ReLU", "data", "a")
        + "layer { name: \"s\" type: \"Silence\" bottom: \"a\" }" + layer("c", "ReLU", "data", "c"))
    #expect(result.findings.count == left, "\(rules(result))")
  }

  /// A comment at the end of a message is about nothing behind it.
  @Test func aCommentBeforeABracketIsAboutNothing() throws {
    let result = try check(
      Self.head + """
        layer { name: "a" type: "ReLU" bottom: "data" top: "a"
          # caffold: ignore dead-layer because so
        }
        layer { name: "s" type: "Silence" bottom: "a" } layer { name: "c" type: "ReLU" bottom: "data" top: "c" }
        """)
    #expect(Set(rules(result)) == ["dead-layer", "unused-suppression"])
  }

  /// Escaped quotes and comments within strings do not end or begin anything.
  @Test func stringsAreNoComments() throws {
    let result = try check(
      "name: \"a\\\"# caffold: ignore x because y\"\nname2: '# \" #'\n" + Self.head
        + layer("c", "ReLU", "data", "c"))
    #expect(!rules(result).contains("unused-suppression"))
  }

  // MARK: Baselines

  @Test func aBaselineCountsWhatIsTheSame() {
    func finding(_ layer: Name) -> Finding {
      Finding(StandingCheck(.deadLayer), at: .none, layer: layer, "the layer in line 3 is the first")
    }
    var moved = finding("a")
    moved.reason = "the layer in line 77 is the first"
    #expect(finding("a").fingerprint == moved.fingerprint)
    #expect(finding("a").fingerprint != finding("b").fingerprint)
    var baseline = Baseline()
    baseline.add([finding("a"), finding("a")], of: "n")
    #expect(baseline.new(among: [moved, moved], of: "n").isEmpty)
    #expect(baseline.new(among: [moved, moved, moved], of: "n").count == 1)
    #expect(baseline.new(among: [moved], of: "m").count == 1)
  }

  // MARK: Targets

  @Test func everyBuiltinTargetIsNamedAfterItsFile() throws {
    let targets = try TargetLoader.builtin()
    #expect(targets.count >= 11)
    for loaded in targets {
      #expect(loaded.source.path == "rules/targets/\(loaded.target.id).yaml")
      for rule in loaded.target.rules {
        #expect(rule.id.hasPrefix(loaded.target.id + "-"))
        #expect(rule.report?.evidence != nil)
        #expect(rule.tests.count >= 2, "\(rule.id)")
      }
      // What a target names is there to be selected.
      var options = RunOptions()
      options.rules.extendSelect = loaded.target.mends
      #expect(throws: Never.self) {
        try RuleLoader.load(options.rules, files: RuleLoader.files(options.rules))
      }
    }
  }

  private static func target(_ limits: String) -> String {
    """
    schema: 1
    target:
      id: t
      summary: S.
      source: a test
      date: 2026-11
      evidence: tested
    \(limits)
    """
  }

  @Test(arguments: [
    ("  limits: [{axes: 3}]", ["t-axes"]),
    ("  limits: [{axes: 4}]", []),
    ("  limits: [{size: 7}]", ["t-size"]),
    ("  limits: [{batch: 1}]", []),
    ("  limits: [{outputs: 1}]", []),
    ("  limits: [{inputs: layer}]", ["t-input-field"]),
    ("  limits: [{syntax: layer}]", []),
    ("  limits: [{byte_order_mark: refused}]", []),
    ("  limits: [{tops: named}]", ["t-top-name"]),
    ("  limits: [{names: equal}]", []),
    ("  limits: [{numbers: float32}]", []),
    ("  types: [{refused: ReLU}]", ["t-refused-type"]),
    ("  types: [{accepted: Conv*}]", ["t-other-type"]),
    ("  types: [{accepted: Conv*}, {accepted: ReLU}]", []),
    ("  fields: [{refused: relu_param}]", ["t-refused-field"]),
    ("  fields: [{ignored: relu_param.negative_slope}]", ["t-ignored-field"]),
    ("  fields: [{ignored: relu_param.engine}]", []),
    ("  fields: [{unknown: refused}]", ["t-unknown-field"]),
    ("  fields: [{unknown: refused, known: vendor_param}]", []),
  ])
  func statements(statement: String, expected: [String]) throws {
    var checking = FindingOptions()
    checking.targets = ["t.yaml"]
    let fields = "relu_param { negative_slope: 0.5 engine: DEFAULT } vendor_param { a: 1 }"
    let result = try check(
      Self.head + layer("r", "ReLU", "data", "top", fields), checking: checking,
      files: ["t.yaml": Self.target(statement)])
    #expect(rules(result).filter { $0.hasPrefix("t-") } == expected)
  }
}
