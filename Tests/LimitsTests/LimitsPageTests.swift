import Foundation
import Testing

/// The page of limits is what the code does.
@Suite struct LimitsPageTests {
  private static let root = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardizedFileURL
  private static let limits = LimitsPage.sections.flatMap(\.limits)

  @Test func thePageSaysWhatTheCodeDoes() throws {
    let file = Self.root.appending(path: "Documentation/Limits.md")
    // `make reference` writes the page by this test, which can reach all constants.
    if ProcessInfo.processInfo.environment["CAFFOLD_WRITE_LIMITS"] != nil {
      try LimitsPage.text.write(to: file, atomically: true, encoding: .utf8)
    }
    let written = try String(contentsOf: file, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    let made = LimitsPage.text.split(separator: "\n", omittingEmptySubsequences: false)
    for (line, expected) in zip(written, made) { #expect(line == expected, "make reference writes the page") }
    #expect(written.count == made.count)
  }

  @Test(arguments: Self.limits)
  func asMuchAsTheLimitIsTakenAndMoreIsNot(limit: Limit) throws {
    guard case .error(let tried, let isExact, let attempt) = limit.beyond else { return }
    let beyond = try #require(
      Limit.words { try attempt(tried + 1, tried) }, "nothing is said beyond the limit")
    guard isExact else { return }
    // What is said at the limit, if anything, is about something else.
    let at = Limit.words { try attempt(tried, tried) }
    #expect(at.map(Self.withoutNumbers) != Self.withoutNumbers(beyond))
  }

  private static func withoutNumbers(_ words: String) -> String { words.filter { !$0.isNumber } }

  @Test(arguments: Self.limits)
  func theConstantIsWhereThePageSays(limit: Limit) throws {
    let source = try String(contentsOf: Self.root.appending(path: "Sources/\(limit.file)"), encoding: .utf8)
    let name = limit.constant.split(separator: ".").last ?? ""
    #expect(source.contains(try Regex("(let|var) \(name)\\b")))
  }

  @Test(arguments: Self.limits)
  func theTestThatShowsWhatHappensIsThere(limit: Limit) throws {
    guard case .outcome(_, let test) = limit.beyond else { return }
    let names = test.split(separator: ".")
    try #require(names.count == 2)
    let tests = Self.root.appending(path: "Tests").path(percentEncoded: false)
    let files = try #require(FileManager.default.enumerator(atPath: tests))
    let found = files.lazy.compactMap { $0 as? String }.contains { path in
      guard path.hasSuffix("/\(names[0]).swift") || path.hasSuffix("/\(names[0]).py"),
        let text = try? String(contentsOfFile: tests + "/" + path, encoding: .utf8)
      else { return false }
      return text.contains("func \(names[1])(") || text.contains("def \(names[1])(")
    }
    #expect(found, "\(test)")
  }
}
