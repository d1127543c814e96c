import CaffeIO
import Diagnostics
import RuleModel
import Rules
import Testing
import Verification
import WireTestSupport

@testable import Engine

/// Names under 'let': what conditions ask for is used again by the rewrite.
@Suite struct LetValuesTests {
  private func plan(_ rule: String, gamma: [Double]) throws -> (plan: Plan, weights: WeightsFile) {
    let bytes =
      Wire.layer(
        "c", "Convolution", blobs: [Wire.shape([2, 1, 1, 1]) + Wire.bytes(8, Wire.doubles([3, 5]))])
      + Wire.layer("g", "VendorGain", blobs: [Wire.shape([2]) + Wire.bytes(8, Wire.doubles(gamma))])
    let weights = try WeightsFile(TestFiles.input(bytes))
    let file = try RuleFile(
      SourceText(path: "my.yaml", bytes: Array(rule.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes)
    let text =
      "input: \"data\" input_shape { dim: 1 dim: 1 dim: 2 dim: 2 }\n"
      + convolution("c", "data", "c", "bias_term: false") + layer("g", "VendorGain", "c", "g")
    return (
      try Planner.plan(try graph(text), weights: weights, rules: RuleSet(rules: file.rules, layouts: [])),
      weights
    )
  }

  private static let head = """
    schema: 1
    rules:
      - id: r
        summary: S.
        match: {conv: {type: Convolution}, gain: {type: VendorGain, bottom: conv}}

    """

  private func weights(_ made: (plan: Plan, weights: WeightsFile)) throws -> [Double] {
    try TestFiles.withFolder { folder in
      let output = try AtomicFile(path: folder + "/out")
      try WeightsEmitter(made.weights).emit(WeightsPlan(made.plan.graph, weights: made.weights), to: output)
      let result = try WeightsFile(TestFiles.input(TestFiles.contents(of: output.descriptor)))
      return try result.values(of: result.layers[0].blobs[0])
    }
  }

  @Test func aNameThatAConditionAskedForKeepsItsValue() throws {
    // The second step reads 's' after the first has changed what 's' was made of.
    let rule =
      Self.head + """
            let: {w: "conv.blobs[0]", s: "gain.blobs[0] * 2"}
            where: ["all(s > 0)", "all(w > 0)"]
            transform:
              - {set: "conv.blobs[0]", to: "conv.blobs[0] * rows(s)"}
              - {set: "conv.blobs[0]", to: "conv.blobs[0] + w"}
            rewrite: {remove: gain}
        """
    #expect(try weights(plan(rule, gamma: [1, 10])) == [3 * 2 + 3, 5 * 20 + 5])
  }

  @Test func aNameThatScalesABlobStillScalesIt() throws {
    let rule =
      Self.head + """
            let: {w: "conv.blobs[0] * rows(gain.blobs[0])"}
            where: all(w > 0)
            transform: [{set: "conv.blobs[0]", to: w}]
            rewrite: {remove: gain}
        """
    #expect(try weights(plan(rule, gamma: [2, 10])) == [6, 50])
  }

  @Test func valuesOfAnotherMatchAreNotUsed() throws {
    var binding = Binding(captureCount: 1)
    binding.singles.layers[0] = LayerID(index: 3)
    var other = binding
    other.singles.layers[0] = LayerID(index: 4)
    let file = try RuleFile(
      SourceText(
        path: "my.yaml", bytes: Array((Self.head + "    rewrite: {remove: gain}\n").utf8)),
      kernels: [], reasons: [])
    var types = try graph(layer("g", "VendorGain", nil, "g")).types
    let rule = PlannedRule(file.rules[0], at: 0, kernels: KernelRegistry.builtin, types: &types)
    let values = LetValues(["s": .number(1)], of: rule, binding)
    #expect(values.values(of: rule, binding) == ["s": .number(1)])
    #expect(values.values(of: rule, other).isEmpty)
    let second = PlannedRule(file.rules[0], at: 1, kernels: KernelRegistry.builtin, types: &types)
    #expect(values.values(of: second, binding).isEmpty)
  }
}
