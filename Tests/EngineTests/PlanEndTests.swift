import Diagnostics
import Testing

@testable import Engine

/// What ends a run of rules that match what they have made.
@Suite struct PlanEndTests {
  private let data = "input: \"data\"\n"

  @Test func aRuleThatMatchesItsOwnResultIsStopped() throws {
    let rule = """
      schema: 1
      rules:
        - id: swap
          summary: A rule that never ends.
          match: {relu: {type: ReLU}}
          rewrite: {replace: relu, with: {type: ReLU}}
      """
    let error = #expect(throws: PlanError.self) {
      try plan(data + layer("r", "ReLU", "data", "r"), rules: rule)
    }
    #expect(
      error?.diagnostic.text
        == "error: rule 'swap' matches its own result at layer 'r' and would never end; narrow its 'match'")
  }

  @Test func rulesThatUndoOneAnotherAreNamed() throws {
    let rules = """
      schema: 1
      rules:
        - id: to-elu
          summary: Makes a ReLU an ELU.
          match: {relu: {type: ReLU}}
          rewrite: {replace: relu, with: {type: ELU}}
        - id: to-relu
          summary: Makes an ELU a ReLU.
          match: {elu: {type: ELU}}
          rewrite: {replace: elu, with: {type: ReLU}}
        - id: tanh-to-sigmoid
          summary: Has nothing to do with it.
          match: {tanh: {type: TanH}}
          rewrite: {replace: tanh, with: {type: Sigmoid}}
      """
    let error = #expect(throws: PlanError.self) {
      try plan(data + layer("t", "TanH", "data", "t") + layer("r", "ReLU", "t", "r"), rules: rules)
    }
    #expect(
      error?.diagnostic.text
        == "error: rules 'to-elu' and 'to-relu' undo one another and would never end: 'to-elu' at 'r', 'to-relu' at 'r', then 'to-elu' matches 'r' again; narrow their 'match', or select one of them"
    )
  }

  private static let fresh = """
    schema: 1
    rules:
      - id: tag
        summary: Tags each reader of a convolution, the convolution staying the same.
        allow: other-consumer
        match:
          conv: {type: Convolution}
          relu: {type: ReLU, bottom: conv}
        transform: [{set: relu.relu_param.engine, to: "'CAFFE'"}]
        rewrite: {keep: [conv, relu]}
    """

  @Test func aLayerThatWasSeenBeforeMayBeMatchedWithAnother() throws {
    let text =
      data + convolution("c", "data", "c") + layer("r", "ReLU", "c", "r") + layer("s", "ReLU", "c", "s")
    // Twice for two readers; a third time the same layers would come again.
    let error = #expect(throws: PlanError.self) { try plan(text, rules: Self.fresh) }
    #expect(error == .cycle([CycleStep(rule: "tag", layer: "r")]))
    let narrowed = Self.fresh.replacingOccurrences(
      of: "relu: {type: ReLU, bottom: conv}",
      with: "relu: {type: ReLU, bottom: conv, where: relu.relu_param.engine != 'CAFFE'}")
    #expect(try plan(text, rules: narrowed).rewrites.count == 2)
  }

  @Test func aRuleThatRewritesOnceIsContent() throws {
    let once = Self.fresh.replacingOccurrences(of: "    allow:", with: "    once: true\n    allow:")
    let text =
      data + convolution("c", "data", "c") + layer("r", "ReLU", "c", "r") + layer("s", "ReLU", "c", "s")
    #expect(try plan(text, rules: once).rewrites.map(\.anchor.index) == [1])
  }

  @Test func rulesThatGrowANetForEverAreNamed() throws {
    let rules = """
      schema: 1
      rules:
        - id: relu-to-two
          summary: Puts a TanH behind what a ReLU makes.
          match: {relu: {type: ReLU}}
          rewrite: {replace: relu, with: [{type: TanH, name: "{relu.name}t"}, {type: ELU, name: "{relu.name}e"}]}
        - id: elu-to-two
          summary: Puts a ReLU behind what an ELU makes.
          match: {elu: {type: ELU}}
          rewrite: {replace: elu, with: [{type: Sigmoid, name: "{elu.name}s"}, {type: ReLU, name: "{elu.name}r"}]}
        - id: quiet
          summary: Has nothing to do with it.
          match: {power: {type: Power}}
          rewrite: {replace: power, with: [{type: AbsVal}, {type: BNLL, name: "{power.name}b"}]}
      """
    let error = #expect(throws: PlanError.self) {
      try plan(data + layer("p", "Power", "data", "p") + layer("r", "ReLU", "p", "r"), rules: rules)
    }
    guard case .growth(let names, _, 64) = error else {
      Issue.record("\(error?.diagnostic.text ?? "no error")")
      return
    }
    #expect(names.sorted() == ["elu-to-two", "relu-to-two"])
    #expect(
      error?.diagnostic.sentence.hasPrefix(
        "rules '\(names[0])' and '\(names[1])' make new layers of each other's layers, more than 64 one after the other, the last one '"
      )
        == true)
  }
}
