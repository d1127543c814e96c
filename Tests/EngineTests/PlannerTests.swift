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
      "its bottom 'c' is made by ReLU 'r', not by BN, BatchNorm, Bias, Concat, Convolution, ConvolutionDepthwise, ConvolutionSK, CuDNNBatchNorm, Deconvolution, DepthwiseConvolution, InnerProduct or Scale"
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
