import CaffeIO
import Diagnostics
import Layers
import Testing

@testable import Verification

@Suite struct NetComparisonTests {
  private func net(_ text: String, _ blobs: [Name: [NetValue<Double>]]) throws -> NetRunner {
    try NetRunner(
      NetDefinition(TextDocument(SourceText(path: "net", bytes: Array(text.utf8)))),
      parameters: GivenParameters(blobs))
  }

  private let input = "input: \"data\" input_shape { dim: 1 dim: 1 dim: 1 dim: 2 }\n"
  private let scale = "layer { name: \"s\" type: \"Scale\" bottom: \"data\" top: \"s\" }\n"
  private let relu = "layer { name: \"r\" type: \"ReLU\" bottom: \"s\" top: \"r\" }\n"

  private func gamma(_ value: Double) -> [Name: [NetValue<Double>]] {
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
    #expect(abs((comparison.worst(tolerance: 1e-4)?.relative ?? 0) - 0.01) < 1e-12)
  }

  /// A layer that nobody knows between a Scale and `behind`.
  private func cutNet(_ behind: String, _ blobs: [Name: [NetValue<Double>]]) throws -> NetRunner {
    try net(
      input + scale + "layer { name: \"v\" type: \"Vendor\" bottom: \"s\" top: \"v\" }\n" + behind, blobs)
  }

  private func compareCut(_ a: NetRunner, _ b: NetRunner, shape: [Int]?) throws -> NetComparison {
    try NetComparer(a, b).compare(
      samples: 1, in: Double.self, inputs: { _ in ["data": NetValue(shape: [1, 1, 1, 2], values: [1, 2])] },
      cut: { blob, bottom, sample in
        #expect(blob == "v" && bottom == [1, 1, 1, 2])
        return SampledInputs().values(behindCutAt: blob, shape: shape, sample: sample, in: Double.self)
      })
  }

  private let behind = "layer { name: \"t\" type: \"Scale\" bottom: \"v\" top: \"t\" }\n"

  @Test func behindAnUnknownLayerBothNetsGetTheSameValues() throws {
    let scales = gamma(2).merging(["t": [NetValue(shape: [1], values: [3])]]) { $1 }
    let wrong = gamma(2).merging(["t": [NetValue(shape: [1], values: [3.03])]]) { $1 }
    let same = try compareCut(cutNet(behind, scales), cutNet(behind, scales), shape: [1, 1, 1, 2])
    #expect(same.cuts.map(\.layer.name) == ["v"])
    #expect(same.cuts[0].replaced.map(\.blob) == ["v"])
    #expect(same.cuts[0].replaced.map(\.shape) == [[1, 1, 1, 2]])
    #expect(same.blobs.map(\.name) == ["data", "s", "t"])
    #expect(same.skipped == ["v"])
    #expect(same.worst(tolerance: 1e-4)?.relative == 0)
    #expect(same.blobs[2].largest > 0)
    let different = try compareCut(cutNet(behind, scales), cutNet(behind, wrong), shape: [1, 1, 1, 2])
    #expect(different.firstDivergence(tolerance: 1e-4)?.name == "t")
  }

  @Test func whatStandsBehindAnUnknownLayerIsLeftOutWhereNoValuesFit() throws {
    let inner =
      "layer { name: \"t\" type: \"InnerProduct\" bottom: \"v\" top: \"t\" inner_product_param { num_output: 1 bias_term: false } }\n"
    let weights = gamma(2).merging(["t": [NetValue(shape: [1, 3], values: [1, 2, 3])]]) { $1 }
    for shape in [nil, [1, 1, 1, 2]] {
      let comparison = try compareCut(cutNet(inner, weights), cutNet(inner, weights), shape: shape)
      #expect(comparison.blobs.map(\.name) == ["data", "s"])
      #expect(comparison.skipped == ["v", "t"])
    }
    let fitting = try compareCut(cutNet(inner, weights), cutNet(inner, weights), shape: [1, 3])
    #expect(fitting.blobs.map(\.name) == ["data", "s", "t"])
  }

  private func threshold(_ bottom: String) -> String {
    "layer { name: \"t\" type: \"Threshold\" bottom: \"\(bottom)\" top: \"t\" }\n"
  }

  /// A Scale folded into the one behind it: 's' holds another value, and what is made of it is made otherwise.
  @Test func aBlobThatHoldsAnotherValueOnPurposeIsNoDivergence() throws {
    let first = "layer { name: \"a\" type: \"Scale\" bottom: \"data\" top: \"s\" }\n"
    let second = "layer { name: \"b\" type: \"Scale\" bottom: \"s\" top: \"b\" }\n"
    func value(_ number: Double) -> [NetValue<Double>] { [NetValue(shape: [1], values: [number])] }
    let comparison = try compare(
      net(input + first + second, ["a": value(2), "b": value(3)]),
      net(input + first + second, ["a": value(1), "b": value(6)]))
    #expect(comparison.firstDivergence(tolerance: 1e-4) == nil)
    #expect(comparison.renewed(tolerance: 1e-4).map(\.name) == ["s"])
    #expect(comparison.worst(tolerance: 1e-4)?.relative == 0)
    // Where the output differs nothing is forgiven.
    let wrong = try compare(
      net(input + first + second, ["a": value(2), "b": value(3)]),
      net(input + first + second, ["a": value(1), "b": value(5)]))
    #expect(wrong.firstDivergence(tolerance: 1e-4)?.name == "s")
  }

  /// A wrong fold in front of a layer that makes the same of both: all outputs agree, and still it is wrong.
  @Test(arguments: [false, true])
  func aDifferenceThatIsSaturatedIsOne(hasReLU: Bool) throws {
    let text = input + scale + (hasReLU ? relu : "") + threshold(hasReLU ? "r" : "s")
    let comparison = try compare(net(text, gamma(2)), net(text, gamma(2.5)))
    #expect(comparison.blobs.last?.name == "t")
    #expect(comparison.blobs.last?.relative == 0)
    #expect(comparison.firstDivergence(tolerance: 1e-4)?.name == "s")
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
