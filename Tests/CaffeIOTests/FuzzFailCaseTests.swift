import Foundation
import Testing

@testable import CaffeIO

/// Inputs on which fuzzing once failed, kept in `Fuzz/FailCases`.
@Suite struct FuzzFailCaseTests {
  private static func cases(_ prefix: String) throws -> [URL] {
    let folder = URL(fileURLWithPath: #filePath).appending(path: "../../../Fuzz/FailCases")
      .standardizedFileURL
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.lastPathComponent.hasPrefix(prefix) }
  }

  @Test func texts() throws {
    let cases = try Self.cases("text-")
    #expect(!cases.isEmpty)
    for file in cases {
      let failure = TextChecks.failure(of: [UInt8](try Data(contentsOf: file)))
      #expect(failure == nil, "\(file.lastPathComponent)")
    }
  }

  @Test func schemas() throws {
    for file in try Self.cases("schema-") {
      let failure = SchemaChecks.failure(of: [UInt8](try Data(contentsOf: file)))
      #expect(failure == nil, "\(file.lastPathComponent)")
    }
  }
}
