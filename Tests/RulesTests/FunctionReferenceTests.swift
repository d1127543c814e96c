import Foundation
import RuleModel
import Rules
import Testing

/// The table of functions in `Documentation/Rules.md`.
@Suite struct FunctionReferenceTests {
  @Test func thePageHasTheTable() throws {
    let file = URL(fileURLWithPath: #filePath).appending(path: "../../../Documentation/Rules.md").standardized
    let page = try String(contentsOf: file, encoding: .utf8)
    let markers = FunctionReference.markers
    let start = try #require(page.range(of: markers.start + "\n"), "the page has no '\(markers.start)'")
    let end = try #require(page.range(of: markers.end, range: start.upperBound..<page.endIndex))
    let isCurrent = page[start.upperBound..<end.lowerBound] == FunctionReference.markdown
    #expect(isCurrent, "run 'make reference'")
  }

  @Test func everyFunctionHasARow() {
    for function in ExpressionFunction.all {
      #expect(FunctionReference.markdown.contains("\n| `\(function.usage)` | "))
    }
  }
}
