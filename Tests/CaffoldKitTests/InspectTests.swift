import CaffeIO
import Diagnostics
import Layers
import Testing
import Verification
import WireTestSupport

@testable import CaffoldKit

/// What `Caffold.inspect` says of nets.
@Suite struct InspectTests {
  private static let root = String(#filePath.prefix(upTo: #filePath.range(of: "/Tests/")!.lowerBound))
  private static let digits = ModelFiles(
    model: root + "/examples/digits/digits.prototxt", weights: root + "/examples/digits/digits.caffemodel")

  private func inspect(
    _ text: String, shapes: [String] = [], options: RunOptions = RunOptions()
  ) throws -> InspectResult {
    try TestFiles.withFolder { folder in
      TestFiles.put(text, to: folder + "/net.prototxt")
      return try Caffold.inspect(
        ModelFiles(model: folder + "/net.prototxt"), options, inputShapes: shapes)
    }
  }

  private func kinds(_ result: InspectResult) -> [StandingCheck?] {
    result.findings.map { finding in StandingCheck.all.first { $0.id == finding.rule } }
  }

  /// The memory that descriptions announce is what a run has alive, layer for layer.
  @Test func memoryIsWhatTheExecutorHasAlive() throws {
    let definition = try NetDefinition(
      TextDocument(
        SourceText(path: Self.digits.model, bytes: try Files.read(Self.digits.model))))
    let net = try NetRunner(
      definition, state: NetState(phase: .test), weights: try WeightsFile(path: Self.digits.weights!),
      layouts: [], definitions: [])
    let costs = try net.costs()
    var execution = try NetExecution<Float>(
      net, inputs: ["data": NetValue(shape: net.inputs[0].shape!, repeating: 1)])
    var most = 0
    while execution.next != nil {
      let (place, before) = (execution.place, execution.liveCount)
      let tops = try execution.run { step, _ in throw step.obstacle! }
      let own = zip(tops, costs.steps[place].isInPlace).map { $1 ? 0 : $0!.values.count }
      #expect(costs.steps[place].liveCount == before + own.reduce(0, +))
      #expect(costs.steps[place].tops == tops.map { $0!.shape })
      most = max(most, before + own.reduce(0, +))
    }
    let result = try Caffold.inspect(Self.digits)
    #expect(result.peakBytes == 4 * most)
    #expect(result.findings.isEmpty && result.isComplete)
  }

  @Test func aNetWithoutShapesSaysWhatToGive() throws {
    let text = """
      input: "data"
      input: "other"
      \(convolution("c", "data", "c"))
      """
    let result = try inspect(text)
    #expect(!result.isComplete)
    #expect(result.layers[0].parameters == nil && result.layers[0].activationBytes == nil)
    #expect(
      result.findings.map(\.message) == [
        "the definition gives no shape for the inputs 'data' and 'other'; give --input-shape data=1,3,224,224 --input-shape other=1,3,224,224",
        "no layer reads the input 'other'",
      ])
    let shaped = try inspect(text, shapes: ["data=1,3,4,4"])
    #expect(shaped.layers[0].parameters == 8)
    #expect(shaped.layers[0].multiplyAdds == 96)
    #expect(shaped.layers[0].activationBytes == 128)
  }

  /// A faulty layer is a finding; the rest of the net is looked at all the same.
  @Test func faultsAreFindings() throws {
    let result = try inspect(
      """
      input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 4 }
      \(layer("big", "Convolution", "data", "big", "convolution_param { num_output: 2 kernel_size: 9 }"))
      \(layer("bad", "Pooling", "data", "bad", "pooling_param { kernel_size: -1 }"))
      \(layer("odd", "VendorThing", "data", "odd"))
      \(layer("behind", "ReLU", "odd", "behind"))
      \(layer("lost", "ReLU", "nowhere", "lost"))
      \(layer("fine", "ReLU", "data", "fine"))
      """)
    #expect(result.layers.map { $0.tops[0].shape } == [nil, nil, nil, nil, nil, [1, 3, 4, 4]])
    #expect(kinds(result).filter { $0 == .impossibleWindow }.count == 1)
    // What the field cannot hold is told where it is written.
    #expect(kinds(result).filter { $0 == StandingCheck(.wrongValue) }.count == 1)
    #expect(kinds(result).contains(StandingCheck(.unmadeBottom)))
    #expect(
      result.findings.contains {
        $0.rule == StandingCheck.unknownShape.id && $0.layer == "odd"
          && $0.message
            == "the shape of what layer 'odd' (VendorThing) makes is not known; --input-shape odd=… gives it"
      })
    #expect(result.layers[1].obstacle != nil && result.layers[2].obstacle != nil)
    #expect(result.layers[5].obstacle == nil)
    #expect(result.layers.map(\.isForkType) == [false, false, true, false, false, false])
  }

  @Test func aShapeGivenForAnUnknownLayerGoesOn() throws {
    let result = try inspect(
      """
      input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 4 }
      \(layer("odd", "VendorThing", "data", "odd"))
      \(layer("behind", "ReLU", "odd", "behind"))
      """, shapes: ["odd=1,7"])
    #expect(result.layers.map { $0.tops[0].shape } == [[1, 7], [1, 7]])
    #expect(result.isComplete)
  }

  /// Shapes that no memory holds, and products that no number holds.
  @Test func hugeShapesAreSaid() throws {
    let result = try inspect(
      """
      input: "data" input_shape { dim: 1 dim: 3 dim: 1000 dim: 1000 }
      \(layer("wide", "Convolution", "data", "wide", "convolution_param { num_output: 2147483647 kernel_size: 1 }"))
      \(layer("next", "ReLU", "wide", "next"))
      """)
    #expect(kinds(result) == [.fault])
    #expect(result.layers.map(\.activationBytes) == [nil, nil])
    #expect(throws: InputValuesError.self) {
      try inspect(
        "input: \"data\" input_shape { dim: 4294967296 dim: 4294967296 }" + convolution("c", "data", "c"))
    }
  }

  @Test func forkFieldsAreNamed() throws {
    let result = try inspect(
      """
      input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 4 }
      \(layer("a", "Convolution", "data", "a", "convolution_param { num_output: 2 kernel_size: 1 sparse_level: 3 } forward_type: FLOAT16"))
      \(layer("b", "Convolution", "a", "b", "convolution_param { num_output: 2 kernel_size: 1 dilation: 1 } param { lr_mult: 1 }"))
      """)
    #expect(result.layers[0].forkFields == ["convolution_param.sparse_level", "forward_type"])
    #expect(result.layers[1].forkFields.isEmpty)
  }

  @Test func aWeightsFileIsToldFromADefinition() throws {
    #expect(try Caffold.isWeights(Self.digits.weights!))
    #expect(try !Caffold.isWeights(Self.digits.model))
    let result = try Caffold.inspect(weights: Self.digits.weights!)
    #expect(result.model == nil)
    let parameters = try Caffold.inspect(Self.digits).totals.parameters
    #expect(result.totals.parameters == parameters && parameters.isComplete)
  }
}
