import CaffeIO
import Diagnostics
import Forward
import Testing

@testable import Verification

@Suite struct NetComparisonTests {
  private func net(_ text: String, _ blobs: [String: [NetValue<Double>]]) throws -> NetRunner {
    try NetRunner(
      NetDefinition(TextDocument(SourceText(path: "net", bytes: Array(text.utf8)))),
      parameters: GivenParameters(blobs))
  }

  private let input = "input: \"data\" input_shape { dim: 1 dim: 1 dim: 1 dim: 2 }\n"
  private let scale = "layer { name: \"s\" type: \"Scale\" bottom: \"data\" top: \"s\" }\n"
  private let relu = "layer { name: \"r\" type: \"ReLU\" bottom: \"s\" top: \"r\" }\n"

  private func gamma(_ value: Double) -> [String: [NetValue<Double>]] {
    ["s": [NetValue(shape: [1], values: [value])]]
  }

  private func compare(_ a: NetRunner, _ b: NetRunner) throws -> NetComparison {
    try NetComparer(a, b).compare(samples: 1, in: Double.self) { _ in
      ["data": NetValue(shape: [1, 1, 1, 2], values: [1, 2])]
    }
  }

  @Test func theFirstBlobThatDivergesIsNamed() throws {
    let comparison = try compare(
      net(input + scale + relu, gamma(2)), net(input + scale + relu, gamma(2.02)))
    #expect(comparison.blobs.map(\.name) == ["data", "s", "r"])
    #expect(comparison.firstDivergence(tolerance: 1e-4)?.name == "s")
    #expect(comparison.firstDivergence(tolerance: 0.1) == nil)
    #expect(abs((comparison.worst?.relative ?? 0) - 0.01) < 1e-12)
  }

  @Test func whatStandsBehindAnUnknownLayerIsNotCompared() throws {
    let vendor = "layer { name: \"v\" type: \"Vendor\" bottom: \"s\" top: \"v\" }\n"
    let behind = "layer { name: \"r\" type: \"ReLU\" bottom: \"v\" top: \"r\" }\n"
    let text = input + scale + vendor + behind
    let comparison = try compare(net(text, gamma(2)), net(text, gamma(2)))
    #expect(comparison.cuts.map(\.name) == ["v"])
    #expect(comparison.blobs.map(\.name) == ["data", "s"])
    #expect(comparison.skipped == ["v", "r"])
  }

  @Test func anOutputThatOnlyOneHasIsFound() throws {
    let comparison = try compare(net(input + scale, gamma(2)), net(input + scale + relu, gamma(2)))
    #expect(comparison.unmatchedOutputs == ["r", "s"])
  }

  @Test func anInfinityInOneNetOnlyIsADifference() throws {
    let comparison = try compare(
      net(input + scale, gamma(1e300)), net(input + scale, gamma(.infinity)))
    #expect(comparison.firstDivergence(tolerance: 1)?.notFinite == 2)
  }
}

@Suite struct InputValuesTests {
  @Test func aPictureIsReadAsBlueGreenRed() throws {
    let bytes = Array("P6 # c\n2 1\n255\n".utf8) + [1, 2, 3, 4, 5, 6]
    let values = try InputValues(bytes, path: "x.ppm")
    #expect(values.shape == [1, 3, 1, 2])
    #expect(values.values == [3, 6, 2, 5, 1, 4])
  }

  @Test func numpyFloatsAreRead() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n"
    var bytes: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
    for value in [Float(1.5), -2] { withUnsafeBytes(of: value) { bytes += Array($0) } }
    let values = try InputValues(bytes, path: "x.npy")
    #expect(values.shape == [1, 2] && values.values == [1.5, -2])
  }

  @Test(arguments: [
    (Array("hello".utf8), "x: error: is neither .npy nor a binary .pgm or .ppm picture"),
    (Array("P5 9 9 255\n..".utf8), "x: error: ends within its samples"),
    (Array("P5 a".utf8), "x: error: has a header that cannot be read"),
    ([0x93] + Array("NUMPY".utf8) + [1, 0, 255, 255, 1, 1, 1], "x: error: ends within its header"),
  ])
  func otherFilesAreRefused(bytes: [UInt8], message: String) {
    let error = #expect(throws: InputValuesError.self) { try InputValues(bytes, path: "x") }
    #expect(error?.diagnostic.text == message)
  }
}
