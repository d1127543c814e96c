import CaffeIO
import Diagnostics
import RuleModel
import Rules
import Testing
import Verification

@testable import Engine

/// Plans on definitions alone: what is matched, what is refused and why, and the text that comes out.
@Suite struct PlannerTests {
  private let data = "input: \"data\"\n"

  /// A fold into the layer behind takes a value away: the one that is left keeps its own name.
  @Test(arguments: [
    ("Scale", "Convolution", "conv"), ("BatchNorm", "Scale", "scale"), ("Scale", "Scale", "scale"),
    ("Bias", "InnerProduct", "product"),
  ])
  func theEarlierNameSurvivesAFoldIntoTheLayerBehind(first: String, second: String, name: String) throws {
    let text =
      data + layer("pool", "Pooling", "data", "pool") + layer("gone", first, "pool", "gone")
      + layer(
        name, second, "gone", name,
        "convolution_param { num_output: 2 } inner_product_param { num_output: 2 }")
    let plan = try plan(text)
    #expect(plan.names == ["pool", Name(name)])
    #expect(plan.text.contains("name: \"\(name)\" type: \"\(second)\" bottom: \"pool\""))
    #expect(!plan.text.contains("gone"))
  }

  /// Intel's fused ReLU, and a field that neither Caffe nor a known fork has: the layer may compute something else.
  @Test(arguments: [
    (
      "relu: true",
      "Convolution 'conv' ends in a ReLU: 'convolution_param.relu' is true, and a fold does not reach past a ReLU"
    ),
    (
      "saturate: 8",
      "'convolution_param.saturate' (net.prototxt:2:118) is not understood, so Convolution 'conv' may compute something else; correct the name, or list it under 'harmless_fields' in a rule file if it changes nothing"
    ),
  ])
  func aLayerThatIsNotUnderstoodIsNotFolded(field: String, reason: String) throws {
    let made = try plan(
      data + convolution("conv", "data", "conv", field) + layer("bn", "BatchNorm", "conv", "bn"))
    #expect(made.names == ["conv", "bn"])
    #expect(made.reasons(at: "bn").contains(reason))
  }

  @Test func theLaterNameSurvives() throws {
    let made = try plan(
      data + convolution("conv", "data", "conv", "bias_term: false") + layer("bn", "BatchNorm", "conv", "bn")
        + layer("scale", "Scale", "bn", "scale") + layer("relu", "ReLU", "scale", "relu"))
    #expect(
      made.text == data + convolution("conv", "data", "scale", "bias_term: true")
        + layer("relu", "ReLU", "scale", "relu"))
  }

  @Test func aNetThatNoRuleTouchesComesOutAsItWentIn() throws {
    let text =
      data + "# a comment\n" + convolution("conv", "data", "conv") + layer("relu", "ReLU", "conv", "conv")
    #expect(try plan(text).text == text)
  }

  @Test func aNetOutputKeepsItsName() throws {
    let made = try plan(
      data + convolution("conv", "data", "conv") + layer("bn", "BatchNorm", "conv", "prob"))
    #expect(made.text == data + convolution("conv", "data", "prob"))
  }

  @Test func readersOfBothNamesOfADropoutKeepAName() throws {
    let made = try plan(
      data + convolution("conv", "data", "conv") + layer("drop", "Dropout", "conv", "drop")
        + layer("a", "ReLU", "drop", "a") + layer("b", "ReLU", "conv", "b"))
    #expect(
      made.text == data + convolution("conv", "data", "conv") + layer("a", "ReLU", "conv", "a")
        + layer("b", "ReLU", "conv", "b"))
  }

  @Test func aReaderInPlaceBehindADropoutDoesNotOverwriteWhatOthersRead() throws {
    let made = try plan(
      data + convolution("conv", "data", "conv") + layer("drop", "Dropout", "conv", "drop")
        + layer("a", "ReLU", "drop", "drop") + layer("b", "ReLU", "conv", "b"))
    #expect(
      made.text == data + convolution("conv", "data", "conv") + layer("a", "ReLU", "conv", "drop")
        + layer("b", "ReLU", "conv", "b"))
  }

  @Test func aCopyThatProtectsFromAnOverwriteStays() throws {
    let made = try plan(
      data + convolution("conv", "data", "conv") + layer("drop", "Dropout", "conv", "drop")
        + layer("a", "ReLU", "conv", "conv") + layer("b", "TanH", "drop", "b"))
    #expect(made.names == ["conv", "drop", "a", "b"])
    #expect(
      made.reasons(at: "drop") == ["ReLU 'a' overwrites blob 'conv' in place, so no other layer can read it"])
  }

  @Test(arguments: ["drop", "conv"])
  func aNetOutputThatWouldBeReadStaysAnOutput(top: String) throws {
    let made = try plan(
      data + convolution("conv", "data", "conv") + layer("r", "ReLU", "conv", "r")
        + layer("drop", "Dropout", "conv", top))
    #expect(made.names == ["conv", "r", "drop"])
    let value = top == "conv" ? "the value" : "blob 'conv'"
    #expect(
      made.reasons(at: "drop") == [
        "the net output '\(top)' would become \(value) that ReLU 'r' reads, and so no output any more"
      ])
  }

  @Test func aDropoutOnANetInputKeepsTheInputsName() throws {
    let made = try plan(data + layer("drop", "Dropout", "data", "drop") + layer("a", "ReLU", "drop", "a"))
    #expect(made.text == data + layer("a", "ReLU", "data", "a"))
  }

  @Test func aChainOfDropoutsGoesAltogether() throws {
    let made = try plan(
      data + convolution("c", "data", "c") + layer("d1", "Dropout", "c", "d1")
        + layer("d2", "Dropout", "d1", "d2")
        + layer("d3", "Dropout", "d2", "d3") + layer("r", "ReLU", "d3", "r"))
    #expect(made.text == data + convolution("c", "data", "d3") + layer("r", "ReLU", "d3", "r"))
  }

  @Test(arguments: [
    (
      convolution("c", "data", "c") + layer("r", "ReLU", "c", "c") + layer("s", "Scale", "c", "c"), "s",
      "its bottom 'c' is made by ReLU 'r', not by BN, BatchNorm, Bias, Concat, Convolution, ConvolutionDepthwise, CuDNNBatchNorm, Deconvolution, DepthwiseConvolution, InnerProduct or Scale"
    ),
    (
      convolution("c", "data", "c") + layer("s", "Scale", "c", "s") + layer("x", "ReLU", "c", "x"), "s",
      "blob 'c' is also read by ReLU 'x'"
    ),
    (
      convolution("c", "data", "c")
        + layer("b", "BatchNorm", "c", "c", "batch_norm_param { use_global_stats: false }"),
      "b",
      "it says 'use_global_stats: false' and so uses the statistics of the batch; --assume-stored-statistics folds the stored ones"
    ),
    (
      layer("c", "Convolution", "data", "c", "param { name: \"w\" } convolution_param { num_output: 2 }")
        + layer("d", "Convolution", "data", "d", "param { name: \"w\" } convolution_param { num_output: 2 }")
        + layer("s", "Scale", "c", "s"), "s", "Convolution 'c' shares its parameter 'w' with Convolution 'd'"
    ),
  ])
  func everyLayerThatStaysHasAReason(text: String, at layer: String, reason: String) throws {
    #expect(try plan(data + text).reasons(at: Name(layer)) == [reason])
  }

  @Test func layersCanBeSkippedAndChosen() throws {
    let text =
      data + convolution("a", "data", "a") + layer("a_bn", "BatchNorm", "a", "a") + convolution("b", "a", "b")
      + layer("b_bn", "BatchNorm", "b", "b")
    var skip = PlanOptions()
    skip.skipLayers = [Glob("a*")]
    #expect(try plan(text, options: skip).names == ["a", "a_bn", "b"])
    var only = PlanOptions()
    only.onlyLayers = [Glob("a*")]
    #expect(try plan(text, options: only).names == ["a", "b", "b_bn"])
  }

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

  // MARK: - What ends a run

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

  // MARK: - Overlaps

  private static let rivals = """
    schema: 1
    rules:
      - id: first
        summary: Takes a ReLU with the convolution before it.
        match: {conv: {type: Convolution}, relu: {type: ReLU, bottom: conv}}
        rewrite: {remove: relu}
      - id: second
        summary: Takes a ReLU with the pooling behind it.
        match: {relu: {type: ReLU}, pool: {type: Pooling, bottom: relu}}
        rewrite: {remove: pool}
      - id: small
        summary: Takes a ReLU alone.
        match: {relu: {type: ReLU}}
        rewrite: {remove: relu}
      - id: late
        summary: Waits.
        priority: -1
        match: {relu: {type: ReLU}, pool: {type: Pooling, bottom: relu}}
        rewrite: {remove: pool}
    """

  private func overlaps(_ text: String, _ rules: String, _ records: Bool = true) throws -> Plan {
    var options = PlanOptions()
    options.recordsOverlaps = records
    return try plan(text, rules: rules, options: options)
  }

  @Test func theLoserOfOverlappingMatchesIsRecorded() throws {
    let text =
      data + convolution("c", "data", "c") + layer("r", "ReLU", "c", "r") + layer("p", "Pooling", "r", "p")
    let plan = try overlaps(text, Self.rivals)
    #expect(plan.rewrites.map(\.rule) == ["first"])
    // Not 'small', whose layers are a part of those rewritten, nor 'late', which waits.
    #expect(plan.overlaps == [Overlap(rule: "second", layer: "p", winner: "first", shared: ["r"])])
    #expect(
      plan.reasons(at: "p") == ["rule 'first' comes first and rewrote 'r', which this rule also matched"])
    #expect(plan.refusals.map(\.reason.code) == ["overlap"])
    #expect(try overlaps(text, Self.rivals, false).overlaps == [])
  }

  @Test func aMatchThatComesAboutLaterIsNotLost() throws {
    let text =
      data + convolution("c", "data", "c") + layer("r", "ReLU", "c", "r") + layer("q", "ReLU", "r", "q")
      + layer("p", "Pooling", "q", "p")
    let plan = try overlaps(text, Self.rivals)
    // The first ReLU goes; the second then stands behind the convolution and goes too, before 'second' gets it.
    #expect(plan.rewrites.map(\.rule) == ["first", "first"])
    #expect(plan.overlaps.map(\.rule) == ["second"])
  }

  @Test func theBuiltInRulesDoNotOverlapOnACommonNet() throws {
    let text =
      data + convolution("c", "data", "c") + layer("b", "BatchNorm", "c", "b")
      + layer("s", "Scale", "b", "s", "scale_param { bias_term: true }") + layer("r", "ReLU", "s", "r")
      + layer("d", "Dropout", "r", "d") + convolution("e", "d", "e")
    var options = PlanOptions()
    options.recordsOverlaps = true
    let plan = try plan(text, options: options)
    #expect(plan.rewrites.count == 2)
    #expect(plan.overlaps == [])
  }

  @Test func aNewLayerDoesNotTakeTheNameOfAnother() throws {
    let rule = """
      schema: 1
      rules:
        - id: rename
          summary: Makes a vendor's layer a Power of a name that may be taken.
          match: {gain: {type: VendorGain}}
          rewrite: {replace: gain, with: {type: Power, name: "r", power_param: {scale: 2}}}
      """
    let gain = layer("g", "VendorGain", "data", "g")
    let taken = try plan(data + gain + layer("r", "ReLU", "g", "r"), rules: rule)
    #expect(taken.names == ["g", "r"])
    #expect(taken.nearMisses.map(\.reason.code) == ["layer-name"])
    #expect(try plan(data + gain, rules: rule).names == ["r"])
  }

  @Test func aSplitIntoNetOutputsStays() throws {
    func reasons(_ rest: String) throws -> [String] {
      let made = try plan(
        data + layer("a", "ReLU", "data", "a") + layer("s", "Split", "a", "s", "top: \"t\"") + rest,
        select: ["remove-split"])
      return made.nearMisses.map(\.sentence)
    }
    #expect(try reasons("") == ["the net output 's' would lose its name, since blob 't' must keep its own"])
    #expect(
      try reasons(layer("r", "ReLU", "t", "r"))
        == ["the net output 's' would become blob 't' that ReLU 'r' reads, and so no output any more"])
  }

  /// A condition without a sentence says which layers a rule is for; one with a sentence explains why others stay.
  @Test(arguments: [
    ("where: \"a.vendor_param.x == 1\"", []),
    ("where: {that: \"a.vendor_param.x == 1\", because: its x is not 1}", ["its x is not 1"]),
  ])
  func aConditionExplainsALayerThatStays(condition: String, reasons: [String]) throws {
    let rules = """
      schema: 1
      rules:
        - id: vendor
          summary: S.
          match: {a: {type: Vendor, \(condition)}}
          rewrite: {remove: a}
      """
    let text =
      data + layer("v", "Vendor", "data", "v", "vendor_param { x: 2 }")
      + layer("w", "Vendor", "v", "w", "vendor_param { x: 1 }") + layer("r", "ReLU", "w", "r")
    let made = try plan(text, rules: rules, select: ["vendor"])
    #expect(made.names == ["v", "r"])
    #expect(made.reasons(at: "v") == reasons)
    #expect(made.nearMisses.map(\.reason.code) == ["condition"])
  }

  @Test func theLastLayerStays() throws {
    let made = try plan(data + layer("d", "Dropout", "data", "data"))
    #expect(made.reasons(at: "d") == ["it is the only layer left, and a net needs one"])
  }

  @Test func rulesForTestDoNotTouchATrainingNet() throws {
    let made = try plan(
      data + layer("d", "Dropout", "data", "d") + layer("a", "ReLU", "d", "a"), state: NetState(phase: .train)
    )
    #expect(made.names == ["d", "a"])
    #expect(made.reasons(at: "d") == ["the rule is for phase TEST, and the net is taken in phase TRAIN"])
  }

  @Test func theBuiltInRulesPassTheirOwnTests() throws {
    let builtin = try BuiltinRules.load()
    #expect(builtin.rules.count >= 7)
    let lists = builtin.rules.flatMap(\.typeLists)
    for rule in builtin.rules {
      let outcomes = RuleTestRunner.run(rule.adding(lists), layouts: builtin.layouts)
      #expect(!outcomes.isEmpty, "rule '\(rule.id)' has no tests")
      for outcome in outcomes {
        #expect(outcome.failure == nil, "rule '\(rule.id)', test '\(outcome.name)'")
      }
    }
  }
}
