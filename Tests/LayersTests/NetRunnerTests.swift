import CaffeIO
import Diagnostics
import Testing

@testable import Layers

struct NetRunnerTests {
  private func net(
    _ text: String, _ parameters: GivenParameters = GivenParameters(), limits: LayerLimits = LayerLimits()
  ) throws -> NetRunner {
    let document = try TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8)))
    return try NetRunner(NetDefinition(document), parameters: parameters, limits: limits)
  }

  private func power(_ name: String, _ bottom: String, _ top: String, _ fields: String) -> String {
    "layer { name: '\(name)' type: 'Power' bottom: '\(bottom)' top: '\(top)' power_param { \(fields) } }\n"
  }

  private let input = "input: 'x' input_dim: 1 input_dim: 2 input_dim: 1 input_dim: 1\n"

  @Test("A reader gets the version that stands where it reads, not the last one of the name")
  func inPlaceVersions() throws {
    let net = try net(
      input + power("a", "x", "y", "scale: 2") + power("b", "y", "z", "shift: 1")
        + power("c", "y", "y", "shift: 100") + power("d", "y", "w", ""))
    var seen: [String] = []
    let outputs = try net.run(
      ["x": value([1, 2, 1, 1], [3, 4])],
      observing: { step, top, value in
        seen.append("\(step.subject.name) \(step.tops[top]) \(value.values)")
      })
    #expect(
      seen == ["a y [6.0, 8.0]", "b z [7.0, 9.0]", "c y [106.0, 108.0]", "d w [106.0, 108.0]"])
    #expect(net.outputs == ["z", "w"])
    #expect(outputs == ["z": value([1, 2, 1, 1], [7, 9]), "w": value([1, 2, 1, 1], [106, 108])])
  }

  @Test func inputsOfBothForms() throws {
    let net = try net(
      input + "layer { name: 'i' type: 'Input' top: 'u' top: 'v' input_param { shape { dim: 2 dim: 3 } } }\n"
        + "layer { name: 'd' type: 'Data' top: 'data' }\n" + power("p", "data", "q", "")
        + power("r", "x", "s", ""))
    #expect(net.inputs.map(\.name) == ["x", "u", "v", "data"])
    #expect(net.inputs.map(\.shape) == [[1, 2, 1, 1], [2, 3], [2, 3], nil])
    #expect(try net.shapes().map { $0 ?? [] } == [[[2, 3], [2, 3]], [], [], [[1, 2, 1, 1]]])
    #expect(try net.shapes(["data": [7], "x": [5]]).last == [[5]])
  }

  @Test("Layers of another phase are not there")
  func phases() throws {
    let net = try net(
      input + "layer { name: 't' type: 'Nonsense' bottom: 'x' top: 'x' include { phase: TRAIN } }\n"
        + power("p", "x", "y", "scale: 3"))
    #expect(net.steps.map(\.subject.name) == ["p"])
    #expect(net.steps.map(\.index) == [1])
    #expect(try net.run(["x": value([1], [2])])["y"] == value([1], [6]))
  }

  private let cutNet =
    "layer { name: 'u' type: 'Fork' bottom: 'x' top: 'y' }\n"

  @Test("At a layer that cannot be run the caller's values go on")
  func cutWithValues() throws {
    let net = try net(input + cutNet + power("p", "y", "z", "scale: 2"))
    #expect(net.steps[0].obstacle?.reason == .unknownType)
    let outputs = try net.run(
      ["x": value([1], [1])],
      cut: { step, bottoms in
        #expect(step.subject == LayerSubject(name: "u", type: "Fork"))
        #expect(bottoms == [value([1], [1])])
        return [value([1], [21])]
      })
    #expect(outputs == ["z": value([1], [42])])
  }

  @Test("Without values everything that depends on the layer is left out, and nothing else")
  func cutWithoutValues() throws {
    let net = try net(
      input + cutNet + power("p", "y", "z", "") + power("q", "z", "z", "") + power("r", "x", "w", ""))
    var seen: [Name] = []
    let outputs = try net.run(
      ["x": value([1], [5])], cut: { _, _ in nil },
      observing: { step, _, _ in seen.append(step.subject.name) })
    #expect(seen == ["r"])
    #expect(outputs == ["w": value([1], [5])])
    #expect(try net.shapes() == [nil, nil, nil, [[1, 2, 1, 1]]])
  }

  @Test func parametersAreFoundByLayerName() throws {
    let scale = "layer { name: 's' type: 'Scale' bottom: 'x' top: 'y' }"
    let net = try net(input + scale, GivenParameters(["s": [value([2], [2, 3])]]))
    let outputs = try net.run(["x": NetValue<Float>(shape: [1, 2, 1, 1], values: [5, 7])])
    #expect(outputs["y"]?.values == [10, 21])
  }

  @Test func messages() throws {
    func message(_ text: String, _ limits: LayerLimits = LayerLimits()) -> String {
      OneLayer.message { _ = try net(text, limits: limits).run(["x": value([1, 2, 1, 1], [1, 2])]) }
    }
    #expect(
      message(input + power("p", "xx", "y", ""))
        == "error: layer 'p' (Power): no layer before makes the bottom 'xx'; did you mean 'x'?")
    #expect(message(input + cutNet) == "error: layer 'u' (Fork): this type cannot be run here")
    #expect(
      message("layer { type: 'Relu' bottom: 'x' top: 'y' }\n" + input)
        == "error: an unnamed Relu layer: this type cannot be run here; did you mean 'ReLU'?")
    #expect(
      message(input + "input: 'z'\n" + power("p", "z", "y", ""))
        == "error: no value is given for the net's input 'z'")
    #expect(
      message("input: 'xs'\n" + power("p", "xs", "y", ""))
        == "error: the net has no input 'x'; did you mean 'xs'?")
    #expect(
      message(input + "layer { name: 'i' type: 'Data' top: 'd' }\n" + power("p", "d", "y", ""))
        == "error: layer 'i' (Data): no value is given for the net's input 'd'")
    // What no layer reads needs no value.
    #expect(message(input + "input: 'z'\n" + power("p", "x", "y", "")) == "no error")
    var limits = LayerLimits()
    limits.valueCount = 1
    #expect(
      message(input + power("p", "x", "y", ""), limits)
        == "error: layer 'p' (Power): the top would have the shape 1×2×1×1; the limit is 1 values")
    #expect(
      message("layer { name: 'i' type: 'Input' top: 'x' input_param { shape { dim: 1 dim: -2 } } }")
        == "error: layer 'i' (Input): the top would have the shape 1×-2")
  }
}
