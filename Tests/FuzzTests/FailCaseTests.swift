import Foundation
import FuzzChecks
import Testing

/// Inputs on which fuzzing once failed, kept in `Fuzz/FailCases`, and those that it begins with.
@Suite struct FailCaseTests {
  private static func files(in folder: String) -> [URL] {
    let folder = URL(fileURLWithPath: #filePath).appending(path: "../../../Fuzz/\(folder)")
      .standardizedFileURL
    let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).sorted { $0.path() < $1.path() }
  }

  @Test("What failed once holds", arguments: ["FailCases", "Seeds"])
  func replay(folder: String) throws {
    let files = Self.files(in: folder)
    #expect(!files.isEmpty)
    for file in files {
      let name = file.lastPathComponent
      let target = try #require(FuzzTarget.all.first { name.hasPrefix($0.name + "-") }, "\(name)")
      #expect(target.failure([UInt8](try Data(contentsOf: file))) == nil, "\(name)")
    }
  }

  @Test("What holds for random bytes", arguments: ["fold", "run"])
  func random(name: String) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    var state: UInt64 = 1
    for _ in 0..<100 {
      let bytes = (0..<96).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      }
      #expect(target.failure(bytes) == nil, "\(bytes)")
    }
  }
}
