import Diagnostics
import RuleModel
import Testing

@testable import Rules

@Suite("Built-in definitions")
struct BuiltinDefinitionsTests {
  @Test("The types that a file is said to define are those of its definitions")
  func embeddedTypes() throws {
    for file in embeddedRuleFiles {
      let problems = RuleProblems()
      let document = try RuleDocument(SourceText(path: file.path, bytes: Array(file.text.utf8)), problems)
      #expect(
        Set(document.definitions.flatMap(\.types).map(\.text)) == Set(file.definedTypes), "\(file.path)")
    }
    #expect(embeddedRuleFiles.contains { !$0.definedTypes.isEmpty })
  }
}
