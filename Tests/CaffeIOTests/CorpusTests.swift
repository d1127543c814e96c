import Diagnostics
import Foundation
import Testing

@testable import CaffeIO

/// Real files, kept beside the repository; the tests say so when they are not there.
enum Shared {
  static let folder = URL(fileURLWithPath: #filePath).appending(path: "../../../../shared")
    .standardizedFileURL

  static func files(_ path: String, withSuffix suffix: String) -> [URL] {
    let names = FileManager.default.enumerator(atPath: folder.appending(path: path).path)?.compactMap {
      $0 as? String
    }
    guard let names else {
      print("skipped: \(folder.path)/\(path) is not there")
      return []
    }
    return names.filter { $0.hasSuffix(suffix) }.sorted().map {
      folder.appending(path: path).appending(path: $0)
    }
  }
}

@Suite struct CorpusTests {
  @Test func everyParsableTextOfTheCorpusComesBackByteForByte() throws {
    var parsedCount = 0
    for file in Shared.files("corpus", withSuffix: ".prototxt")
      + Shared.files("models", withSuffix: ".prototxt")
    {
      let bytes = [UInt8](try Data(contentsOf: file))
      let start = ContinuousClock.now
      do {
        let document = try TextDocument(SourceText(path: file.lastPathComponent, bytes: bytes))
        #expect(reassembled(document) == bytes, "\(file.lastPathComponent)")
        parsedCount += 1
      } catch {
        #expect(error.place.line >= 1, "\(file.lastPathComponent)")
        print("refused: \(error.diagnostic.text)")
      }
      #expect(ContinuousClock.now - start < .seconds(5), "\(file.lastPathComponent)")
    }
    print("\(parsedCount) texts came back byte for byte")
  }
}
