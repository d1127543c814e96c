import Foundation
import Testing

/// Rule files with mistakes, and the whole of what is said about each: `FaultyFiles/area/case.yaml` and `case.txt`.
///
/// `CAFFOLD_UPDATE_CASES=1 swift test --filter FaultyFileTests` writes what is said now into the `.txt` files, to be looked at
/// before it is committed.
@Suite struct FaultyFileTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "FaultyFiles")
  private static let updates = ProcessInfo.processInfo.environment["CAFFOLD_UPDATE_CASES"] == "1"

  /// The paths below the folder, by what they end in.
  private static func paths(_ ending: String) -> [String] {
    let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
  }

  @Test(arguments: paths(".yaml"))
  func isRefused(_ path: String) throws {
    let text = try String(contentsOf: Self.folder.appending(path: path + ".yaml"), encoding: .utf8)
    let messages = checkRules(text).errors.map(\.diagnostic.text).joined(separator: "\n") + "\n"
    #expect(messages != "\n", "nothing is wrong with \(path)")
    let expectation = Self.folder.appending(path: path + ".txt")
    if Self.updates { try messages.write(to: expectation, atomically: true, encoding: .utf8) }
    #expect(messages == (try String(contentsOf: expectation, encoding: .utf8)))
  }

  @Test func everyExpectationHasItsFile() {
    let files = Self.paths(".yaml")
    #expect(files == Self.paths(".txt"))
    #expect(files.count >= 190)
  }
}
