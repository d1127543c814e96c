import Diagnostics
import Engine
import RuleModel
import Rules
import Testing

@testable import Verification

@Suite struct RuleProverTests {
  private func prove(_ text: String, instances: Int = 40) throws -> (rule: Rule, proof: RuleProof) {
    let file = try RuleFile(
      SourceText(path: "my.yaml", bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes)
    var options = ProofOptions.patient
    options.instances = instances
    let layouts = try BuiltinRules.load().layouts + file.layouts
    return (file.rules[0], try RuleProver.prove(file.rules[0], layouts: layouts, options: options))
  }

  @Test func theBuiltInRulesAreProven() throws {
    let (rules, layouts) = try BuiltinRules.load()
    var options = ProofOptions.patient
    options.instances = 60
    let lists = rules.flatMap(\.typeLists)
    for rule in rules {
      let proof = try RuleProver.prove(rule.adding(lists), layouts: layouts, options: options)
      #expect(proof.isGood, "\(proof.error(for: rule, options: options)?.text ?? "")")
      #expect(proof.largestError < 1e-12)
    }
  }

  /// Wrong folds of a BatchNorm into a convolution: factor s and summand t.
  @Test(arguments: [
    ("eps forgotten", "1 / sqrt(v)", "-m * s"),
    ("eps squared", "1 / sqrt(v + bn.batch_norm_param.eps ** 2)", "-m * s"),
    ("eps outside of the root", "1 / (sqrt(v) + bn.batch_norm_param.eps)", "-m * s"),
    ("eps of another layer", "1 / sqrt(v + 1e-4)", "-m * s"),
    ("sign of the mean", "1 / sqrt(v + bn.batch_norm_param.eps)", "m * s"),
    ("mean without scale", "1 / sqrt(v + bn.batch_norm_param.eps)", "-m"),
    ("mean forgotten", "1 / sqrt(v + bn.batch_norm_param.eps)", "0 * m"),
    ("no root", "1 / (v + bn.batch_norm_param.eps)", "-m * s"),
    ("root instead of its inverse", "sqrt(v + bn.batch_norm_param.eps)", "-m * s"),
    ("factor ignored in the mean", "1 / sqrt(v + bn.batch_norm_param.eps)", "-bn.blobs[0] * s"),
    ("factor ignored in the variance", "1 / sqrt(bn.blobs[1] + bn.batch_norm_param.eps)", "-m * s"),
    ("mean and variance swapped", "1 / sqrt(abs(m) + bn.batch_norm_param.eps)", "-v * s"),
    ("scale applied twice to the shift", "1 / sqrt(v + bn.batch_norm_param.eps)", "-m * s * s"),
    ("shift doubled", "1 / sqrt(v + bn.batch_norm_param.eps)", "-2 * m * s"),
  ])
  func aWrongFoldIsFound(name: String, scale: String, shift: String) throws {
    let (_, proof) = try prove(
      """
      schema: 1
      rules:
        - id: wrong
          summary: \(name)
          match:
            conv: {type: [Convolution, InnerProduct]}
            bn: {type: BatchNorm, bottom: conv, where: "bn.blobs.count == 3"}
          let:
            f: "where(bn.blobs[2] == 0, 0, 1 / bn.blobs[2])"
            m: "bn.blobs[0] * f"
            v: "bn.blobs[1] * f"
            s: "\(scale)"
            t: "\(shift)"
          transform:
            - {kernel: fold-affine, into: conv, scale: s, shift: t}
          rewrite: {keep: conv, remove: bn}
      """)
    guard case .wrong(let example) = proof.verdict else {
      Issue.record("\(name): \(proof.word)")
      return
    }
    // Shrunk: one input, one number, two layers.
    #expect(example.instance.inputs.allSatisfy { $0.value.values.count == 1 })
    #expect(example.instance.definition.layers.count == 2)
  }

  @Test(arguments: [
    ("a ReLU removed", "ReLU", ""), ("a pooling removed", "Pooling", ""), ("a Concat removed", "Concat", ""),
    (
      "a Power with a shift removed", "Power",
      "where: \"x.power_param.power == 1 and x.power_param.scale == 1\""
    ),
    ("a scaled Dropout removed", "Dropout", ""), ("a Scale removed", "Scale", ""),
    ("a TanH removed", "TanH", ""),
    ("a Softmax removed", "Softmax", ""), ("a PReLU removed", "PReLU", ""),
    ("a BatchNorm removed", "BatchNorm", ""),
    ("a Permute removed", "Permute", ""), ("a Bias removed", "Bias", ""),
  ])
  func aWrongRemovalIsFound(name: String, type: String, condition: String) throws {
    let (_, proof) = try prove(
      """
      schema: 1
      rules:
        - id: wrong
          summary: \(name)
          match:
            x:
              type: \(type)
              \(condition)
          rewrite: {remove: x}
      """)
    guard case .wrong = proof.verdict else {
      Issue.record("\(name): \(proof.word)")
      return
    }
  }

  private static func fold(parameter: String, scale: String, test: String) -> String {
    """
    schema: 1
    rules:
      - id: parametric
        summary: A Power with a factor of its own.
        parameters: {gain: \(parameter)}
        match:
          conv: {type: Convolution}
          power: {type: Power, bottom: conv, where: power.power_param.scale == gain and power.power_param.power == 1}
        transform:
          - {kernel: fold-affine, into: conv, scale: \(scale), shift: power.power_param.shift}
        rewrite: {keep: conv, remove: power}
        tests:
          - name: t
            parameters: {\(test)}
            net: |
              input: "data"
              layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 2 kernel_size: 1 } }
              layer { name: "p" type: "Power" bottom: "c" top: "p" power_param { scale: 0.5 shift: 1 } }
            expect: {layers: [c]}
    """
  }

  @Test func aRuleIsProvenWithTheValuesOfItsTests() throws {
    let right = try prove(
      Self.fold(parameter: "{type: number, summary: S.}", scale: "gain", test: "gain: 0.5"))
    #expect(right.proof.word == "proven")
    // Right by default, wrong with the value of its test.
    let wrong = try prove(
      Self.fold(parameter: "{type: number, default: 1, summary: S.}", scale: "gain * gain", test: "gain: 0.5")
    )
    guard case .wrong(let example) = wrong.proof.verdict else {
      Issue.record("\(wrong.proof.word)")
      return
    }
    #expect(example.parameters == ["gain=0.5"])
    #expect(example.text.hasPrefix("# parameters: gain=0.5\n# before\n"))
  }

  @Test func aRuleWithoutAValueIsNotProven() throws {
    let (rule, proof) = try prove(
      """
      schema: 1
      rules:
        - id: parametric
          summary: x
          parameters: {gain: {type: number, summary: S.}}
          match: {x: {type: Power, where: x.power_param.scale == gain}}
          rewrite: {remove: x}
      """)
    #expect(
      proof.error(for: rule, options: ProofOptions())?.sentence
        == "rule 'parametric' is not proven: its parameter 'gain' has no value; give one with '--param gain=…'"
    )
  }

  @Test func aTypeThatNobodyKnowsIsNamed() throws {
    let (rule, proof) = try prove(
      """
      schema: 1
      rules:
        - id: vendor
          summary: x
          match: {x: {type: VendorGain}}
          rewrite: {remove: x}
      """)
    #expect(
      proof.error(for: rule, options: ProofOptions())?.sentence
        == "rule 'vendor' is not proven: layers of type 'VendorGain' cannot be executed; say under 'layers:' or 'layouts:' what they compute"
    )
  }
}
