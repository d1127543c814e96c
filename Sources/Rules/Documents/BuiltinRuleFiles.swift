import Diagnostics

/// The rule files that come with the program.
package enum BuiltinRuleFiles {
  /// Every file under `rules/`, by its path there. The build plugin `EmbedRules` makes the list.
  package static var sources: [SourceText] {
    embeddedRuleFiles.map { SourceText(path: "rules/\($0.path)", bytes: Array($0.text.utf8)) }
  }
}
