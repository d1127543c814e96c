import Diagnostics
import Testing

@testable import RuleModel
@testable import Rules

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
    let project = try #require(file)
    #expect(project.rules == ["../team/rules", "../more/x.yaml"])
    #expect(project.proto == ["../team/fork.proto"])
    #expect(project.isIsolated == true)
    #expect(project.select == ["inference", "conv-*"])
    #expect(project.extendSelect == ["preprocess"])
    #expect(project.ignore == ["remove-dropout"])
    #expect(project.allowsApproximate == false)
    #expect(
      project.arguments.map(\.description) == [
        "mean=[104, 117, 123]", "input-mean.scale=1/255", "reverse_channels=true",
      ])
    #expect(project.arguments.map(\.place?.line) == [10, 11, 12])
    #expect(project.onlyLayers == ["conv*"])
    #expect(project.skipLayers == ["conv1", "2"])
    #expect(project.phase == "TRAIN")
    #expect(project.stages == ["deploy"])
    #expect(project.level == 2)
    #expect(project.assumesStoredStatistics == true)
    #expect(project.tolerance == 1e-5)
    #expect(project.places["preprocess"]?.line == 6)
    // Every key of the table is in the text above.
    #expect(ProjectGrammar.file.keys.count == 16)
  }

  @Test func whatIsNotSaidIsOpen() throws {
    let project = try #require(check("schema: 1").file)
    #expect(project.rules == [] && project.select == nil && project.isIsolated == nil && project.level == nil)
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
      caffold.yaml:2:12: error: a tolerance must not be negative
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
      "schema: 1\nparam: {mean: {a: 1}}",
      """
      caffold.yaml:2:15: error: expected a string or a list of strings for 'mean', found a mapping
        param: {mean: {a: 1}}
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
}
