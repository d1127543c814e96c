import CaffeIO
import Diagnostics
import Diagnostics
import Foundation
import Testing

@testable import Layers

/// The executor against what Caffe itself computed: nets of one layer with random parameters, shapes and inputs.
struct CaffeOutputsTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../../../shared/caffe")

  /// Types that nobody describes.
  private static let unknown: Set<String> = ["LSTM", "RNN"]

  static let types: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return names.filter { !$0.contains(".") }.sorted()
  }()

  @Test func casesAreThere() {
    if Self.types.isEmpty { print("\(Self.folder.path()) is not there: Caffe's outputs are not compared") }
    #expect(Self.types.isEmpty || Self.types.count == 43)
  }

  /// Shapes are equal, and numbers within 1e-5 of the output's largest.
  @Test(arguments: types)
  func agrees(type: String) throws {
    let folder = Self.folder.appending(path: type)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
    var compared = 0
    for name in names.sorted() where name.hasSuffix(".prototxt") {
      let stem = String(name.dropLast(".prototxt".count))
      func file(_ ending: String) -> URL { folder.appending(path: "\(stem).\(ending)") }
      let source = SourceText(path: name, bytes: [UInt8](try Data(contentsOf: file("prototxt"))))
      let weights = try? WeightsFile(path: file("caffemodel").path())
      let arrays = try StoredArrays(Data(contentsOf: file("npz"))).arrays
      let net = try NetRunner(
        NetDefinition(TextDocument(source)),
        parameters: weights.map { WeightsFileParameters($0) } ?? GivenParameters() as any ParameterSource)
      if Self.unknown.contains(type) {
        #expect(net.steps.contains { $0.obstacle?.reason == .unknownType })
        continue
      }
      var inputs: [Name: NetValue<Float>] = [:]
      for (key, array) in arrays where key.hasPrefix("in_") {
        inputs[Name(String(key.dropFirst(3)))] = NetValue(
          shape: array.shape, values: array.numbers.map { Float($0) })
      }
      let outputs = try net.run(inputs)
      for (key, expected) in arrays where key.hasPrefix("out_") {
        let found = try #require(outputs[Name(String(key.dropFirst(4)))], "\(type)/\(stem)")
        #expect(found.shape == expected.shape, "\(type)/\(stem)")
        let largest = Self.largest(expected.numbers.filter(\.isFinite))
        let errors = zip(found.values, expected.numbers).map { Self.error(Double($0), $1) }
        let worst = Self.largest(errors)
        #expect(worst <= 1e-5 * largest, "\(type)/\(stem): \(worst) of \(largest)")
        compared += 1
      }
    }
    #expect(compared > 0 || Self.unknown.contains(type))
  }

  private static func largest(_ numbers: [Double]) -> Double {
    numbers.reduce(0) { max($0, abs($1)) }
  }

  private static func error(_ found: Double, _ expected: Double) -> Double {
    if found == expected || found.isNaN && expected.isNaN { return 0 }
    return found.isFinite && expected.isFinite ? abs(found - expected) : .infinity
  }
}
