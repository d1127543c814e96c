import CaffeIO
import Definitions
import Diagnostics
import Engine
import Layers
import Testing

@testable import Verification

/// Layers that only definitions describe, on the executor.
@Suite struct DefinedLayerTests {
  private static let input = #"input: "data" input_shape { dim: 1 dim: 2 dim: 2 dim: 1 }"#
  private static let definitions = """
    schema: 1
    layers:
      - type: VendorClip
        summary: x between low and high.
        let: {low: "attr(layer, 'vendor_clip_param.low', 0)"}
        where:
          - {that: "attr(layer, 'vendor_clip_param.mode', 'HARD') == 'HARD'", because: it clips softly}
        means:
          - {op: Clip, input: [x, {floats: low}, {floats: "attr(layer, 'vendor_clip_param.high', 6)"}]}
      - type: VendorRows
        summary: All channels of a place as one row.
        means:
          - {op: Reshape, input: [x, {ints: "[layer.bottoms[0].shape[1], -1]"}]}
    """

  private func runner(_ net: String, definitions: String? = Self.definitions) throws -> NetRunner {
    let definition = try NetDefinition(TextDocument(SourceText(path: "net.prototxt", bytes: Array(net.utf8))))
    return try NetRunner(
      definition, state: NetState(phase: .test), weights: nil, layouts: [],
      definitions: try definitions.map(typeDefinitions) ?? [])
  }

  private let data: [Name: NetValue<Float>] = ["data": NetValue(shape: [1, 2, 2, 1], values: [-1, 2, 5, 9])]

  @Test func aDefinitionIsRunInBothPrecisions() throws {
    let net = try runner(
      """
      \(Self.input)
      layer { name: "c" type: "VendorClip" bottom: "data" top: "c" vendor_clip_param { high: 5.5 } }
      layer { name: "out" type: "Power" bottom: "c" top: "out" power_param { scale: 2 } }
      """)
    #expect(try net.run(data)["out"]?.values == [0, 4, 10, 11])
    let double = data.mapValues { NetValue<Double>(shape: $0.shape, values: $0.values.map(Double.init)) }
    #expect(try net.run(double)["out"]?.values == [0, 4, 10, 11])
  }

  @Test func shapesFollowFromTheBottomsAtHand() throws {
    let net = try runner(
      """
      \(Self.input)
      layer { name: "r" type: "VendorRows" bottom: "data" top: "r" }
      """)
    #expect(try net.shapes().last == [[2, 2]])
    #expect(try net.shapes(["data": [3, 4, 5, 1]]).last == [[4, 15]])
    #expect(try net.shapes().last == [[2, 2]])
  }

  @Test func whatTheDefinitionDoesNotDescribeStaysUnknown() throws {
    let net = try runner(
      """
      \(Self.input)
      layer { name: "c" type: "VendorClip" bottom: "data" top: "c" vendor_clip_param { mode: SOFT } }
      layer { name: "d" type: "VendorMystery" bottom: "data" top: "d" }
      """)
    #expect(net.steps.map { $0.layer == nil } == [true, true])
    #expect(net.steps.map(\.obstacle?.reason) == [.definition("it clips softly"), .unknownType])
  }

  @Test func aFieldThatNobodyElseUnderstandsIsForTheUsersDefinition() throws {
    let text = """
      \(Self.input)
      layer { name: "r" type: "ReLU" bottom: "data" top: "r" relu_param { upper: 4 } }
      """
    #expect(try runner(text).steps[0].layer == nil)
    let own = """
      schema: 1
      layers:
        - type: ReLU
          summary: x between 0 and upper.
          means:
            - {op: Clip, input: [x, {floats: 0}, {floats: "attr(layer, 'relu_param.upper', 6)"}]}
      """
    #expect(try runner(text, definitions: own).run(data)["r"]?.values == [0, 2, 4, 4])
    // What the executor understands it computes itself.
    let plain = try runner(
      """
      \(Self.input)
      layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
      """, definitions: own)
    #expect(try plain.run(data)["r"]?.values == [0, 2, 5, 9])
  }

  @Test func aBuiltInDefinitionDoesNotPassOverAFieldThatCaffeDoesNotHave() throws {
    func net(_ more: String) throws -> NetRunner {
      try runner(
        """
        input: "x" input_shape { dim: 2 dim: 1 dim: 3 }
        input: "on" input_shape { dim: 2 dim: 1 }
        layer { name: "l" type: "LSTM" bottom: "x" bottom: "on" top: "l" recurrent_param { num_output: 2 \(more) } }
        """)
    }
    // Without weights nothing can be computed; that the field stands in the way comes first.
    #expect(try net("peephole: true").steps[0].layer == nil)
  }

  /// Reads `vendor_clip_param.low`, in one place within a repetition, and lists what is without influence.
  private static let checked = """
    schema: 1
    layers:
      - type: VendorClip
        summary: x between low and high.
        ignores: [vendor_clip_param.engine, vendor_debug_param]
        means:
          - op: Max
            each: {i: 1}
            input: ["bottoms[i]", {floats: "attr(layer, 'vendor_clip_param.low', 0)"}]
            output: "tops[i]"
    """

  @Test(arguments: [
    ("vendor_clip_param { low: 3 }", true), ("vendor_clip_param { low: 3 engine: FAST }", true),
    ("vendor_debug_param { level { of: 3 } } param { lr_mult: 0 }", true),
    ("relu_param { negative_slope: 0 }", true), ("relu_param { negative_slope: 0.5 }", false),
    ("vendor_clip_param { low: 3 high: 4 }", false), ("vendor_clip_param { low { by: 3 } }", false),
    ("vendor_clip: 3", false),
  ])
  func aDefinitionThatSaysWhatItIgnoresIsForNoLayerWithOtherFields(_ fields: String, _ isDefined: Bool) throws
  {
    let net = try runner(
      """
      \(Self.input)
      layer { name: "c" type: "VendorClip" bottom: "data" top: "c" \(fields) }
      """, definitions: Self.checked)
    #expect((net.steps[0].layer != nil) == isDefined)
  }

  @Test func aFieldThatADefinitionDoesNotExplainIsNamedWithItsPlace() throws {
    let net = """
      \(Self.input)
      layer { name: "c" type: "VendorClip" bottom: "data" top: "c"
        vendor_clip_param { low: 3 }
        vendor_box { high: 4 } }
      """
    do {
      _ = try lowered(net, definitions: Self.checked)
      Issue.record("it was exported")
    } catch let error as any DiagnosticError {
      #expect(error.diagnostic.text.contains("'vendor_box.high' (net.prototxt:4:16)"))
    }
  }

  @Test func anErrorOfADefinitionNamesTheLayer() throws {
    let own = """
      schema: 1
      layers:
        - type: VendorRows
          summary: Rows.
          means:
            - {op: Reshape, input: [x, {ints: "[layer.bottoms[0].shape[0] + 2, -1]"}]}
      """
    let net = try runner(
      """
      input: "data"
      layer { name: "r" type: "VendorRows" bottom: "data" top: "r" }
      """, definitions: own)
    do {
      _ = try net.run(data)
      Issue.record("it ran")
    } catch let error as LayerError {
      #expect(
        error.diagnostic.sentence.hasPrefix(
          "layer 'r' (VendorRows): cannot be run by the definition of its type: "))
    }
  }
}
