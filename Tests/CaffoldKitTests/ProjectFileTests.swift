import Diagnostics
import Foundation
import RuleModel
import Rules
import Testing
import WireTestSupport

@testable import CaffoldKit

/// Project files: what they say, and everything that is wrong with one.
@Suite struct ProjectFileTests {
  private func check(_ text: String, path: String = "caffold.yaml") -> (
    file: ProjectFile?, errors: [any DiagnosticError]
  ) {
    ProjectFile.check(SourceText(path: path, bytes: Array(text.utf8)))
  }

  @Test func everySettingIsRead() throws {
    let (file, errors) = check(
      """
      schema: 1
      rules: [rules, ../more/x.yaml]
      proto: fork.proto
      isolated: true
      select: [inference, 'conv-*']
      extend-select: preprocess
      ignore: [remove-dropout]
      unsafe: false
      param:
        mean: [104, 117, 123]
        input-mean.scale: 1/255
        reverse_channels: true
      only-layer: 'conv*'
      skip-layer: [conv1, 2]
      phase: TRAIN
      stage: [deploy]
      level: 2
      assume-stored-statistics: true
      tolerance: 1e-5
      """, path: "../team/caffold.yaml")
    #expect(errors.map(\.diagnostic.text) == [])
    let options = try #require(file).options
    #expect(options.rules.files == ["../team/rules", "../more/x.yaml"])
    #expect(options.protos == ["../team/fork.proto"])
    #expect(options.rules.isIsolated)
    #expect(options.rules.select == ["inference", "conv-*"])
    #expect(options.rules.extendSelect == ["preprocess"])
    #expect(options.rules.ignore == ["remove-dropout"])
    #expect(!options.rules.allowsApproximate)
    #expect(
      options.rules.parameters == [
        "mean=[104, 117, 123]", "input-mean.scale=1/255", "reverse_channels=true",
      ])
    #expect(try options.rules.arguments.map(\.place?.line) == [10, 11, 12])
    #expect(options.layers.only == ["conv*"])
    #expect(options.layers.skip == ["conv1", "2"])
    #expect(options.net.phase == .train)
    #expect(options.net.stages == ["deploy"])
    #expect(options.net.level == 2)
    #expect(options.net.assumesStoredStatistics)
    #expect(options.check.tolerance == 1e-5)
    #expect(options.rules.places["preprocess"]?.line == 6)
    // Every key of the table is in the text above.
    #expect(ProjectGrammar.file.keys.count == 16)
  }

  @Test func whatIsNotSaidIsOpen() throws {
    let project = try #require(check("schema: 1").file)
    var options = RunOptions()
    options.rules.isIsolated = true
    options.layers.skip = ["a"]
    options.net.level = 3
    var completed = options
    try completed.complete(with: project)
    options.projectFile = "caffold.yaml"
    #expect(completed == options)
  }

  @Test(arguments: [
    (
      "rules: []",
      """
      caffold.yaml:1:1: error: key 'schema' is missing in this project file
        rules: []
        ^
      """
    ),
    (
      "schema: 2",
      """
      caffold.yaml:1:9: error: the rule language has no schema 2; write 'schema: 1'
        schema: 2
                ^
      """
    ),
    (
      "schema: 1\nextend_select: [a]",
      """
      caffold.yaml:2:1: error: unknown key 'extend_select'; did you mean 'extend-select'?
        extend_select: [a]
        ^
      """
    ),
    (
      "schema: 1\nisolated: maybe",
      """
      caffold.yaml:2:11: error: expected true or false for 'isolated', found the string 'maybe'
        isolated: maybe
                  ^
      """
    ),
    (
      "schema: 1\nselect: {a: b}",
      """
      caffold.yaml:2:9: error: expected a string for 'select', found a mapping
        select: {a: b}
                ^
      """
    ),
    (
      "schema: 1\nphase: DREAM",
      """
      caffold.yaml:2:8: error: 'DREAM' is not a value of 'phase'; use 'TEST' or 'TRAIN'
        phase: DREAM
               ^
      """
    ),
    (
      "schema: 1\ntolerance: -1",
      """
      caffold.yaml:2:12: error: a tolerance must be at least 0 and below 1: at 1, zeros would be equal to any numbers
        tolerance: -1
                   ^
      """
    ),
    (
      "schema: 1\nlevel: deep",
      """
      caffold.yaml:2:8: error: expected a whole number for 'level', found the string 'deep'
        level: deep
               ^
      """
    ),
    (
      "schema: 1\nparam: [mean=1]",
      """
      caffold.yaml:2:8: error: expected a mapping for 'param', found a list
        param: [mean=1]
               ^
      """
    ),
    (
      "schema: 1\nparam: {mean: {a: {b: 1}}}",
      """
      caffold.yaml:2:15: error: expected a value, or a list or mapping of values for 'mean', found a mapping
        param: {mean: {a: {b: 1}}}
                      ^
      """
    ),
    (
      "schema: 1\nunsafe: 1\nignor: a",
      """
      caffold.yaml:2:9: error: expected true or false for 'unsafe', found the number 1
        unsafe: 1
                ^
      caffold.yaml:3:1: error: unknown key 'ignor'; did you mean 'ignore'?
        ignor: a
        ^
      """
    ),
  ])
  func message(text: String, expected: String) {
    #expect(check(text).errors.map(\.diagnostic.text).joined(separator: "\n") == expected)
  }

  @Test func everyKeyHasASentence() {
    for key in ProjectGrammar.file.keys { #expect(key.summary.hasSuffix("."), "\(key.name)") }
  }

  // MARK: - Values on the command line

  @Test(arguments: [
    (["mean=1"], ["scale=2"], "scale=2 mean=1"), (["mean=1"], ["mean=2"], "mean=1"),
    (["mean=1"], ["a.mean=2"], "mean=1"), (["a.mean=1"], ["mean=2"], "mean=2 a.mean=1"),
    (["a.mean=1"], ["a.mean=2", "b.mean=3"], "b.mean=3 a.mean=1"), ([], ["mean=2"], "mean=2"),
  ])
  func theCommandLineWins(line: [String], file: [String], expected: String) throws {
    func arguments(_ texts: [String]) throws -> [ParameterArgument] {
      try texts.map { try ParameterArgument(parsing: $0) }
    }
    let completed = ParameterArgument.completing(try arguments(line), with: try arguments(file))
    #expect(completed.map(\.description).joined(separator: " ") == expected)
  }

  @Test func theExampleOfThePageIsOne() throws {
    let root = #filePath.components(separatedBy: "/Tests/")[0]
    let page = try String(contentsOfFile: root + "/Documentation/Rules.md", encoding: .utf8)
    let blocks = page.components(separatedBy: "\n```").filter { $0.hasPrefix("yaml project\n") }
    #expect(!blocks.isEmpty)
    for block in blocks {
      let (file, errors) = check(String(block.dropFirst("yaml project\n".count)))
      #expect(errors.map(\.diagnostic.text) == [])
      #expect(try file?.options.rules.arguments.map(\.key) == ["mean", "input-mean.scale"])
    }
    for key in ProjectGrammar.file.keys.dropFirst() {
      #expect(page.contains("`\(key.name)`"), "\(key.name)")
    }
  }

  /// What project files are made of, and numbers at the edges of their ranges.
  private static let tokens = [
    "{", "}", "[", "]", ": ", "- ", ", ", "'", "\"", "&a ", "*a", "!!str ", "\n", "\t", "#", "null", "true",
    "-1",
    "1e999", "9223372036854775808", "zeros([2, 3])", "skip-layer: ", "rules: ", "é", "\u{0}", "\u{FEFF}",
  ].map { Array($0.utf8) }

  private static func damaged(_ text: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = text
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let start = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, start + Int.random(in: 0...12, using: &random))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.replaceSubrange(start..<end, with: tokens.randomElement(using: &random)!)
      case 2: bytes.insert(contentsOf: tokens.randomElement(using: &random)!, at: start)
      default: if start < bytes.count { bytes[start] = UInt8.random(in: 0...255, using: &random) }
      }
    }
    return bytes
  }

  @Test func damagedProjectFilesGiveSettingsOrMessages() {
    let file = """
      schema: 1
      rules: [rules, ../more/x.yaml]
      extend-select: preprocess
      ignore: [remove-dropout, 'conv-*']
      param: {mean: [104, 117, 123], input-mean.scale: 1/255, reverse_channels: true}
      phase: TRAIN
      level: 2
      tolerance: 1e-5
      """
    var random = SeededRandom(99)
    var refused = 0
    for round in 0..<2000 {
      let bytes = Self.damaged(Array(file.utf8), &random)
      let (project, errors) = ProjectFile.check(SourceText(path: "caffold.yaml", bytes: bytes))
      for error in errors {
        guard case .text = error.diagnostic.location, !error.diagnostic.sentence.isEmpty else {
          Issue.record("no place in round \(round): \(error.diagnostic.text)")
          return
        }
      }
      if !errors.isEmpty { refused += 1 }
      // What is still an option must be one that the rules can be asked about.
      if let selection = try? project?.options.rules.selection {
        _ = try? RuleSet([], layouts: [], selection: selection)
      }
    }
    #expect(refused > 200 && refused < 1900)
  }
}
