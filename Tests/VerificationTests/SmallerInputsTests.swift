import CaffeIO
import Diagnostics
import Layers
import Synchronization
import Testing

@testable import Verification

/// Samples of other sizes, which are run on smaller inputs first.
@Suite struct SmallerInputsTests {
  /// Parameters that count how often each layer's are read.
  private final class Counting: ParameterSource {
    private let base: GivenParameters
    private let reads = Mutex<[Name: Int]>([:])

    init(_ blobs: [Name: [NetValue<Double>]]) { base = GivenParameters(blobs) }

    func blobShapes(of layer: Name) -> [[Int]] { base.blobShapes(of: layer) }

    func blobs<S: NetScalar>(of layer: Name, in scalar: S.Type) -> [NetValue<S>] {
      reads.withLock { $0[layer, default: 0] += 1 }
      return base.blobs(of: layer, in: scalar)
    }

    var counts: [Name: Int] { reads.withLock { $0 } }
  }

  private func net(_ shape: [Int], _ layers: String, _ parameters: any ParameterSource) throws -> NetRunner {
    let dimensions = shape.map { "dim: \($0)" }.joined(separator: " ")
    let text = "input: \"data\" input_shape { \(dimensions) }\n" + layers
    return try NetRunner(
      NetDefinition(TextDocument(SourceText(path: "net", bytes: Array(text.utf8)))), parameters: parameters)
  }

  private func layer(_ type: String, _ name: String, of bottom: String, _ parameters: String = "") -> String {
    "layer { name: \"\(name)\" type: \"\(type)\" bottom: \"\(bottom)\" top: \"\(name)\" \(parameters) }\n"
  }

  private struct Case: CustomTestStringConvertible {
    let shape: [Int]
    let smaller: [Int]?
    init(_ shape: [Int], _ smaller: [Int]?) { (self.shape, self.smaller) = (shape, smaller) }
    var testDescription: String { "\(shape)" }
  }

  private static let cases: [Case] = [
    Case([1, 3, 224, 224], [1, 3, 64, 64]), Case([1, 3, 544, 960], [1, 3, 160, 256]),
    Case([1, 3, 300, 300], [1, 3, 76, 76]), Case([1, 3, 127, 255], [1, 3, 32, 63]),
    Case([1, 1, 28, 28], nil), Case([64, 1, 28, 28], [16, 1, 28, 28]),
    Case([10, 3, 227, 227], [2, 3, 227, 227]), Case([3, 3, 64, 20], [3, 3, 32, 20]),
    Case([1, 1000], nil), Case([], nil),
  ]

  @Test(arguments: cases)
  private func shapes(_ one: Case) {
    let inputs = [SampledInputs.Input(name: "data", shape: one.shape)]
    #expect(SmallerInputs.of(inputs)?.map(\.shape) == one.smaller.map { [$0] })
  }

  @Test func aBatchIsDividedForAllInputsOrNone() {
    func smaller(_ shapes: [[Int]]) -> [[Int]]? {
      SmallerInputs.of(shapes.map { SampledInputs.Input(name: "data", shape: $0) })?.map(\.shape)
    }
    #expect(smaller([[8, 2], [8, 1, 64, 64]]) == [[2, 2], [2, 1, 64, 64]])
    #expect(smaller([[9, 2], [8, 1, 64, 64]]) == [[9, 2], [8, 1, 32, 32]])
    #expect(smaller([]) == nil)
  }

  private static let products = "inner_product_param { num_output: 1 bias_term: false }"

  /// Samples of other sizes read each layer's parameters once for all: those of a small net, or where the net takes smaller
  /// pictures; else each reads its own.
  @Test func samplesReadParametersTogether() throws {
    func counts(_ type: String, _ fields: String, _ blobShape: [Int], channels: Int = 2) throws -> [Int?] {
      let parameters = [0, 1].map { _ in Counting(["x": [NetValue(shape: blobShape, repeating: 1)]]) }
      let nets = try parameters.map {
        try net([1, channels, 64, 64], layer(type, "x", of: "data", fields), $0)
      }
      let comparison = try NetVerification().compare(nets[0], nets[1], in: Float.self, model: "m")
      #expect(comparison.verdict == .equal && comparison.samples == 1)
      return parameters.map { $0.counts["x"] }
    }
    #expect(try counts("Scale", "", [2]) == [1, 1])
    #expect(try counts("InnerProduct", Self.products, [1, 2 * 64 * 64]) == [1, 1])
    let many = "inner_product_param { num_output: 1100 bias_term: false }"
    #expect(try counts("InnerProduct", many, [1100, 2 * 64 * 64]) == [3, 3])
    let wide = "convolution_param { num_output: 1200 kernel_size: 8 stride: 64 bias_term: false }"
    #expect(try counts("Convolution", wide, [1200, 110, 8, 8], channels: 110) == [2, 2])
  }

  /// A difference that only large numbers show is found, whichever inputs the nets take.
  @Test(arguments: [[1, 2, 8, 8], [1, 2, 128, 128], [8, 2, 8, 8]])
  func aDifferenceIsFoundThatOnlyLargeNumbersShow(shape: [Int]) throws {
    // Random numbers are below 6: of the size of 1, none of them passes the ReLU, and zero times anything is zero.
    let layers = layer("Bias", "b", of: "data") + layer("ReLU", "r", of: "b") + layer("Scale", "s", of: "r")
    func net(_ factor: Double) throws -> NetRunner {
      let numbers: [Name: Double] = ["b": -8, "s": factor]
      let blobs = numbers.mapValues { [NetValue<Double>(shape: [2], repeating: $0)] }
      return try self.net(shape, layers, GivenParameters(blobs))
    }
    let comparison = try NetVerification().compare(net(2), net(2.1), in: Float.self, model: "m")
    #expect(comparison.verdict == .different && comparison.firstDivergence?.name == "s")
    // It is measured on inputs of the shape that was asked for.
    #expect(comparison.firstDivergence?.shape == shape)
    #expect(try NetVerification().compare(net(2), net(2), in: Float.self, model: "m").verdict == .equal)
  }

  /// What shows something new does not count, and leaves nothing behind.
  @Test func aSmallerSampleCountsOnlyWhileItShowsNothingNew() throws {
    let (before, after) = try (
      net([1, 1, 1, 2], layer("ReLU6", "r", of: "data"), GivenParameters()),
      net([1, 1, 1, 2], layer("ReLU", "r", of: "data"), GivenParameters())
    )
    func trial(_ values: [Double], allowance: Double) -> NetComparer.Trial<Double> {
      let value = NetValue<Double>(shape: [1, 1, 1, values.count], values: values)
      var trial = NetComparer.Trial(["data": value])
      trial.allowance = allowance
      return trial
    }
    var comparer = NetComparer(before, after, tolerance: 1e-4)
    try comparer.run(trial([1, 2], allowance: 1))
    let smaller = [trial([3], allowance: 10), trial([30], allowance: 10)]
    #expect(comparer.run(smaller: smaller) == [true, false])
    #expect(try comparer.result().verdict == .equal)
    try comparer.run(trial([30, 60], allowance: 10))
    #expect(try comparer.result().verdict == .different)
    // A difference that is known already is nothing new.
    #expect(comparer.run(smaller: [trial([30], allowance: 10)]) == [true])
  }

  @Test func anInputThatTheNetsDoNotTakeIsNoError() throws {
    let blobs: [Name: [NetValue<Double>]] = ["x": [NetValue(shape: [1, 2], repeating: 1)]]
    let net = try net([1, 2], layer("InnerProduct", "x", of: "data", Self.products), GivenParameters(blobs))
    func trial(_ count: Int) -> NetComparer.Trial<Double> {
      NetComparer.Trial(["data": NetValue(shape: [1, count], repeating: 1)])
    }
    var comparer = NetComparer(net, net, tolerance: 1e-4)
    try comparer.run(trial(2))
    #expect(comparer.run(smaller: [trial(2), trial(3)]) == [true, false])
    #expect(comparer.run(smaller: [trial(3), trial(2)]) == [false, true])
    #expect(throws: LayerError.self) { try comparer.run(trial(3)) }
    #expect(try comparer.result().verdict == .equal)
  }
}
