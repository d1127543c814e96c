import Diagnostics

/// The rule files that come with the program.
package enum BuiltinRuleFiles {
  /// Every file under `rules/`, by its path there. The build plugin `EmbedRules` makes the list.
  package static var sources: [SourceText] {
    embeddedRuleFiles.map { SourceText(path: "rules/\($0.path)", bytes: Array($0.text.utf8)) }
  }

  /// The same with empty lines in the place of tests and documentation, which are more than half of the text and
  /// which a run of the rules has no use for.
  package static var sourcesToRun: [SourceText] {
    embeddedRuleFiles.map {
      SourceText(path: "rules/\($0.path)", bytes: withoutBlocks(["tests:", "documentation:"], $0.text))
    }
  }

  /// Leaves of the lines under these keys of a rule nothing but their ends, so that all others keep their places.
  private static func withoutBlocks(_ keys: [String], _ text: String) -> [UInt8] {
    let indentation = 4
    let starts = keys.map { Array(repeating: UInt8(ascii: " "), count: indentation) + Array($0.utf8) }
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    var isInside = false
    for line in Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if let first = line.firstIndex(where: { $0 != UInt8(ascii: " ") }),
        first - line.startIndex <= indentation
      {
        isInside = starts.contains { line.starts(with: $0) }
      }
      if !isInside { result += line }
      result.append(UInt8(ascii: "\n"))
    }
    return result
  }
}
