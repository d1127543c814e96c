import CaffeIO
import Definitions
import Diagnostics
import Export
import Layers
import OnnxIO
import Operators
import Testing
import Verification

/// What a graph may take while it is run beside a net.
@Suite struct GraphLimitTests {
  private static let net = """
    input: "data" input_shape { dim: 1 dim: 2 dim: 2 dim: 2 }
    layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
    layer { name: "s" type: "Sigmoid" bottom: "r" top: "s" }
    layer { name: "t" type: "TanH" bottom: "s" top: "t" }
    """

  private func runner(_ text: String = net) throws -> NetRunner {
    try NetRunner(NetDefinition(TextDocument(SourceText(path: "net", bytes: Array(text.utf8)))))
  }

  private func model(_ graph: OnnxGraph) -> OnnxModel {
    OnnxModel(irVersion: 8, opsets: [("", 17)], graph: graph)
  }

  @Test func valuesAreHeldWithinALimit() throws {
    let graph = try lowered(Self.net).graph
    func message(limit: Int) -> String? {
      var execution = OnnxExecution(
        model(graph), inputs: ["data": OperatorTensor(NetValue<Float>(shape: [1, 2, 2, 2], repeating: 1))])
      execution.limit = limit
      do {
        try execution.run(observe: { _, _ in })
        return nil
      } catch {
        return (error as? OnnxExecutionError)?.diagnostic.sentence
      }
    }
    // An input and an output of eight numbers each.
    #expect(message(limit: 16) == nil)
    #expect(
      message(limit: 15)
        == "node 'r' (Relu) cannot be run: the values that must be held at a time have more than 15 numbers together"
    )
  }

  @Test func whatThereIsNoRoomForIsNotCompared() throws {
    let lowered = try lowered(Self.net)
    func compared(room: Int) throws -> [Name] {
      var proof = OnnxProof()
      proof.mostKept = room
      return try proof.compare(
        runner(), model(lowered.graph), OnnxCorrespondence(lowered), lowered: lowered, path: "net"
      ).blobs.map(\.name)
    }
    #expect(try compared(room: 24) == ["r", "s", "t"])
    // The output comes first.
    #expect(try compared(room: 23) == ["r", "t"])
    #expect(throws: LayerError.self) { try compared(room: 7) }
  }

  /// The root of a negative constant: NaN in the net and in the graph.
  @Test(arguments: [
    "power_param { scale: 0 shift: -1 power: 0.5 }", "power_param { scale: 0 shift: 1e38 power: 2 }",
  ])
  func whatHasNoFiniteNumberIsNotProven(parameters: String) throws {
    let text =
      "input: \"data\" input_shape { dim: 1 dim: 2 }\n"
      + "layer { name: \"p\" type: \"Power\" bottom: \"data\" top: \"p\" \(parameters) }"
    let lowered = try lowered(text)
    let result = try OnnxProof().compare(
      runner(text), model(lowered.graph), OnnxCorrespondence(lowered), lowered: lowered, path: "net")
    #expect(result.firstDifference == nil && !result.isSound && !result.isProven)
    #expect(result.uncompared == ["p"] && result.withoutNumbers == ["p"] && result.blobs.isEmpty)
  }
}
