import Definitions
import Diagnostics
import Engine
import RuleModel
import Rules
import Testing
import Verification

/// The examples inside layer definitions: what passes, and what is said of one that fails.
@Suite struct DefinitionTestTests {
  private func failures(_ tests: String) throws -> [String?] {
    let definition = try typeDefinitions(
      """
      schema: 1
      layers:
        - type: VendorClip
          summary: x between low and high, times a factor per channel.
          where:
            - {that: "attr(layer, 'vendor_clip_param.mode', 'HARD') == 'HARD'", because: it clips softly}
          means:
            - {op: Clip, input: [x, {floats: "attr(layer, 'vendor_clip_param.low', 0)"}, {floats: 6}], output: cut}
            - op: Mul
              input: [cut, {floats: "reshape(layer.blobs[0], [-1, 1])"}]
          tests:
      \(tests)
      """)[0]
    return DefinitionTestRunner.run(definition).map(\.failure)
  }

  private let values = """
    bottoms: [[[[-1, 7], [2, 3]]]]
    """

  @Test func anExampleThatHoldsPasses() throws {
    let found = try failures(
      """
            - name: a factor for each channel
              layer: "vendor_clip_param { low: 2.5 }"
              blobs: [[1, 10]]
              \(values)
              tops: [[[[2.5, 6], [25, 30]]]]
      """)
    #expect(found == [nil])
  }

  @Test func anExampleThatDoesNotHoldNamesTheNumber() throws {
    let found = try failures(
      """
            - name: wrong number
              blobs: [[1, 10]]
              \(values)
              tops: [[[[0, 6], [20, 31]]]]
            - name: wrong shape
              blobs: [[1, 10]]
              \(values)
              tops: [[[0, 6], [20, 30]]]
            - name: refused for nothing
              blobs: [[1, 10]]
              \(values)
              refused: it clips softly
      """)
    #expect(
      found == [
        "top 0 holds 30.0 at place 3, expected 31.0", "top 0 has the shape [1, 2, 2], expected [2, 2]",
        "expected that it clips softly, but every condition holds",
      ])
  }

  @Test func anExampleWithAFieldThatTheDefinitionDoesNotExplainFails() throws {
    let definition = try typeDefinitions(
      """
      schema: 1
      layers:
        - type: VendorSame
          summary: x.
          ignores: [vendor_param.engine]
          means:
            - {op: Identity}
          tests:
            - {name: ignored, layer: "vendor_param { engine: 1 }", bottoms: [[1]], tops: [[1]]}
            - {name: unknown, layer: "vendor_param { mode: 1 }", bottoms: [[1]], tops: [[1]]}
      """)[0]
    let failures = DefinitionTestRunner.run(definition).map(\.failure)
    #expect(failures[0] == nil)
    #expect(failures[1]?.contains("nothing here knows what 'vendor_param.mode'") == true)
  }

  @Test func aRefusalIsExpectedByItsSentence() throws {
    let found = try failures(
      """
            - name: soft
              layer: "vendor_clip_param { mode: SOFT }"
              blobs: [[1, 10]]
              \(values)
              refused: it clips softly
            - name: another sentence
              layer: "vendor_clip_param { mode: SOFT }"
              blobs: [[1, 10]]
              \(values)
              refused: it does something else
            - name: no refusal expected
              layer: "vendor_clip_param { mode: SOFT }"
              blobs: [[1, 10]]
              \(values)
              tops: [0]
      """)
    #expect(
      found == [nil, "expected that it does something else, found that it clips softly", "it clips softly"])
  }

  @Test func aDefinitionMayUseOtherDefinitions() throws {
    let definitions = try typeDefinitions(
      """
      schema: 1
      layers:
        - type: VendorTwice
          summary: Twice the bottom between 0 and 6.
          means:
            - {type: Power, top: twice, power_param: {scale: 2}}
            - {type: VendorUnit}
          tests:
            - name: a half and more
              bottoms: [[-1, 0.25, 4]]
              tops: [[0, 0.5, 6]]
        - type: VendorUnit
          summary: x between 0 and 6.
          means:
            - {type: ReLU6}
          tests:
            - name: three numbers
              bottoms: [[-1, 3, 7]]
              tops: [[0, 3, 6]]
      """)
    let all = try BuiltinRules.load().layouts + definitions.map { BlobLayout($0) }
    for definition in definitions {
      #expect(DefinitionTestRunner.run(definition, among: all).map(\.failure) == [nil])
    }
    // Alone, nothing says what its parts are.
    #expect(DefinitionTestRunner.run(definitions[0]).map { $0.failure != nil } == [true])
  }

  /// A definition that is wrong, and what the test inside it says.
  @Test(arguments: [
    (
      "[{op: Greater, input: [x, {floats: 0}]}]",
      "its definition makes 'top0' of another element type than float; end it with {op: Cast, to: 1}"
    ),
    ("[{type: VendorSum}]", "layer 'layer' (VendorSum): this type cannot be run here"),
    (
      "[{type: Convolution}]",
      "layer 'layer' (Convolution): expected a whole number from 1 for 'convolution_param.num_output', found '0'"
    ),
    (
      "[{type: VendorSquare}]",
      "layer 'layer' (VendorSquare): cannot be run by the definition of its type: its definition consists of ONNX operators, of which one in Caffe layers makes no use"
    ),
    (
      "[{type: VendorHalf}]",
      "layer 'layer' (VendorHalf): cannot be run by the definition of its type: it halves two bottoms"
    ),
  ])
  func whatIsWrongWithADefinitionIsSaidOfItsLayer(_ means: String, _ sentence: String) throws {
    let definitions = try typeDefinitions(
      """
      schema: 1
      layers:
        - type: VendorThing
          summary: It is wrong.
          means: \(means)
          tests:
            - name: one number
              bottoms: [[1]]
              tops: [[1]]
        - type: VendorSquare
          summary: x times x.
          means: [{op: Mul, input: [x, x]}]
        - type: VendorHalf
          summary: Half of two bottoms.
          where: [{that: layer.bottoms.count == 2, because: it halves two bottoms}]
          means: [{type: Eltwise, bottom: bottoms, eltwise_param: {coeff: [0.5, 0.5]}}]
      """)
    let all = definitions.map { BlobLayout($0) }
    #expect(DefinitionTestRunner.run(definitions[0], among: all).map(\.failure) == [sentence])
  }
}
