import CaffeIO
import Definitions
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules
import Testing
import WireTestSupport

@testable import Verification

/// Proofs and checks of rules about layers that only definitions describe.
@Suite struct DefinedTypesTests {
  /// y = (x + blobs[0])·gain, channel by channel.
  private static let definitions = """
    schema: 1
    layers:
      - type: VendorLift
        summary: x plus a number for each channel, times a gain.
        let: {rank: "layer.bottoms[0].rank"}
        means:
          - {op: Add, input: [x, {floats: "reshape(layer.blobs[0], concat([[-1], ones([rank - 2])]))"}], output: sum}
          - {op: Mul, input: [sum, {floats: "attr(layer, 'lift_param.gain', 1)"}]}
    """

  private static func rule(
    scale: String = "attr(lift, 'lift_param.gain', 1)", shift: String = "lift.blobs[0] * g"
  )
    -> String
  {
    """
    rules:
      - id: conv-lift
        summary: Fold a VendorLift into the layer before it.
        match:
          conv: {type: [Convolution, InnerProduct]}
          lift: {type: VendorLift, bottom: conv, where: lift.blobs.count == 1}
        let: {g: "\(scale)"}
        transform:
          - {kernel: fold-affine, into: conv, scale: g, shift: "\(shift)"}
        rewrite: {keep: conv, remove: lift}
    """
  }

  private func file(_ text: String) throws -> RuleFile {
    try RuleFile(
      SourceText(path: "my.yaml", bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes, operators: OperatorForm.all)
  }

  private func prove(_ rules: String, isDefined: Bool = true) throws -> RuleProof {
    let read = try file((isDefined ? Self.definitions : "schema: 1") + "\n" + rules)
    var options = ProofOptions.patient
    options.instances = 60
    return try RuleProver.prove(
      read.rules[0], layouts: BuiltinRules.load().layouts + read.meanings, definitions: read.definitions,
      options: options)
  }

  @Test func aRuleAboutADefinedTypeIsProvenInDouble() throws {
    let proof = try prove(Self.rule())
    guard case .proven = proof.verdict else {
      Issue.record("\(proof.verdict)")
      return
    }
    #expect(proof.compared == 60)
    // Single precision would leave 1e-7.
    #expect(proof.largestError < 1e-13)
    #expect(Set(proof.types["conv"]?.keys.map { $0 } ?? []) == ["Convolution", "InnerProduct"])
  }

  @Test(arguments: [
    ("attr(lift, 'lift_param.gain', 1) ** 2", "lift.blobs[0] * g"),
    ("attr(lift, 'lift_param.gain', 1)", "lift.blobs[0]"),
    ("attr(lift, 'lift_param.gain', 1) * 1.000001", "lift.blobs[0] * g"),
  ])
  func aWrongRuleAboutADefinedTypeIsFound(_ scale: String, _ shift: String) throws {
    guard case .wrong = try prove(Self.rule(scale: scale, shift: shift)).verdict else {
      Issue.record("it was not found")
      return
    }
  }

  @Test func withoutTheDefinitionTheTypeIsUnknown() throws {
    guard case .unknownTypes(["VendorLift"]) = try prove(Self.rule(), isDefined: false).verdict else {
      Issue.record("it is known")
      return
    }
  }

  // MARK: - Definitions in Caffe layers

  /// As above, in the layers of Caffe: a Bias and a Power.
  private static let inLayers = """
    schema: 1
    layers:
      - type: VendorLift
        summary: x plus a number for each channel, times a gain.
        means:
          - {type: Bias, top: sum, blobs: ["layer.blobs[0]"]}
          - {type: Power, power_param: {scale: "{attr(layer, 'lift_param.gain', 1)}"}}
    """

  private static func affineRule(_ factor: String = "1") -> String {
    rule(scale: "affine(lift).scale * \(factor)", shift: "affine(lift).shift")
  }

  private func prove(inLayers rules: String) throws -> RuleProof {
    let read = try file(Self.inLayers + "\n" + rules)
    var options = ProofOptions.patient
    options.instances = 60
    return try RuleProver.prove(
      read.rules[0], layouts: BuiltinRules.load().layouts + read.meanings, definitions: read.definitions,
      options: options)
  }

  @Test func aRuleAboutATypeDefinedInLayersIsProven() throws {
    let proof = try prove(inLayers: Self.affineRule())
    guard case .proven = proof.verdict else {
      Issue.record("\(proof.verdict)")
      return
    }
    #expect(proof.compared == 60)
    #expect(proof.largestError < 1e-13)
  }

  @Test func aWrongRuleAboutATypeDefinedInLayersIsFound() throws {
    guard case .wrong(let example) = try prove(inLayers: Self.affineRule("1.000001")).verdict,
      case .numbers = example.difference
    else {
      Issue.record("it was not found")
      return
    }
  }

  @Test func theLayerOfARulesTestHasTheBlobsThatItsDefinitionReads() throws {
    let tests = """

          tests:
            - name: a lift behind a convolution
              net: |
                input: "data" input_shape { dim: 1 dim: 2 dim: 3 dim: 3 }
                layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 4 kernel_size: 1 } }
                layer { name: "n" type: "VendorLift" bottom: "c" top: "n" lift_param { gain: 2 } }
              expect: {layers: [c]}
      """
    let proof = try prove(inLayers: Self.affineRule() + tests)
    guard case .proven = proof.verdict else {
      Issue.record("\(proof.verdict)")
      return
    }
  }

  @Test func anExpansionIsNotComparedWithItself() throws {
    let proof = try prove(
      inLayers: """
        rules:
          - id: expand-lift
            summary: Put Caffe layers in the place of a VendorLift.
            match: {lift: {type: VendorLift}}
            rewrite: {expand: lift}
        """)
    guard case .expansion(["VendorLift"]) = proof.verdict else {
      Issue.record("\(proof.verdict)")
      return
    }
    #expect(proof.word == "not proven" && !proof.isGood)
  }

  // MARK: - Blobs of a caller

  @Test(arguments: [false, true])
  func blobsOfACallerCountForOneRunOnly(_ isChanged: Bool) throws {
    var example = Example([1, 3, 2, 2])
    example.add("lift", "VendorLift", "data", "lift_param { gain: 2 }", blobs: [([3], 0.5)])
    let weights = try example.file()
    let graph = try example.plan(weights, ids: ["remove-dropout"]).graph
    let id = try #require(Array(graph.liveLayers).first)
    let set = DefinitionSet(adding: try file(Self.definitions).definitions)
    // A net of which a rewrite has changed the blobs, or of which none has.
    func net() -> WorkingNet {
      let net = WorkingNet(graph, weights: weights, layouts: [])
      if isChanged { net.setBlobs([.values([7, 8, 9], shape: [3], storage: .double)], of: id) }
      return net
    }
    let own = try net().values(of: try #require(try net().blobs(of: id))[0], layer: id)
    func values(_ layer: DefinedLayer, _ blob: [Double]?) throws -> [Double] {
      let blobs = blob.map { [NetValue<Double>(shape: [3], values: $0)] } ?? []
      return try Double.run(layer, [NetValue<Double>(shape: [1, 3, 2, 2])], blobs: blobs)[0].values
    }
    func expected(_ blob: [Double]) -> [Double] { blob.flatMap { Array(repeating: 2 * $0, count: 4) } }
    let given = try #require(DefinedLayers(net(), weights: weights, set, blobs: .given).byID[id])
    #expect(try values(given, [1, 2, 3]) == expected([1, 2, 3]))
    // The net has its own blobs back, and what was lowered for those of the caller is not kept.
    #expect(try values(given, nil) == expected(own))
    #expect(try values(given, [4, 5, 6]) == expected([4, 5, 6]))
    #expect(try values(given, nil) == expected(own))
    // Where the numbers come from the net, those of the caller are passed over.
    let ofNet = try #require(DefinedLayers(net(), weights: weights, set).byID[id])
    #expect(try values(ofNet, [1, 2, 3]) == expected(own))
  }

  // MARK: - The check of rewrites

  private func check(_ rules: String, isDefined: Bool = true, storage: Example.Storage = .float) throws
    -> RewriteCheckReport
  {
    var example = Example([1, 3, 6, 6], storage: storage)
    example.add(
      "conv", "Convolution", "data", "convolution_param { num_output: 5 kernel_size: 3 }",
      blobs: [([5, 3, 3, 3], 0), ([5], 1)])
    example.add("lift", "VendorLift", "conv", "lift_param { gain: 1.25 }", blobs: [([5], 0.5)])
    let file = try example.file()
    let read = try self.file(Self.definitions + "\n" + rules)
    var options = RewriteChecker.Options()
    options.definitions = isDefined ? read.definitions : []
    let plan = try example.plan(file, rule: read.rules[0])
    #expect(plan.rewrites.count == 1)
    return try RewriteChecker(plan, weights: file, options: options).check()
  }

  @Test(arguments: Example.Storage.allCases)
  func aRewriteOfADefinedLayerIsChecked(_ storage: Example.Storage) throws {
    let report = try check(Self.rule(), storage: storage)
    #expect(report.failures.isEmpty)
    guard case .compared = report.sites[0].outcome else {
      Issue.record("\(report.sites[0].outcome)")
      return
    }
  }

  @Test func aWrongRewriteOfADefinedLayerFails() throws {
    let report = try check(Self.rule(shift: "lift.blobs[0]"))
    #expect(report.failures.count == 1)
  }

  @Test func aRewriteThatChangesTheBlobsOfADefinedLayerIsChecked() throws {
    func rule(_ factor: String) -> String {
      """
      rules:
        - id: lift-scale
          summary: Fold the summand of a Bias into a VendorLift before it.
          match:
            lift: {type: VendorLift, where: "attr(lift, 'lift_param.gain', 1) == 2"}
            bias: {type: Bias, bottom: lift}
          transform:
            - {set: "lift.blobs[0]", to: "lift.blobs[0] + bias.blobs[0] * \(factor)"}
          rewrite: {keep: lift, remove: bias}
      """
    }
    var example = Example([1, 3, 6, 6])
    example.add("lift", "VendorLift", "data", "lift_param { gain: 2 }", blobs: [([3], 0.5)])
    example.add("bias", "Bias", "lift", blobs: [([3], 1)])
    let file = try example.file()
    for (factor, isRight) in [("0.5", true), ("0.4999", false)] {
      let read = try self.file(Self.definitions + "\n" + rule(factor))
      var options = RewriteChecker.Options()
      options.definitions = read.definitions
      let plan = try example.plan(file, rule: read.rules[0])
      #expect(plan.rewrites.count == 1)
      let report = try RewriteChecker(plan, weights: file, options: options).check()
      guard case .compared = report.sites[0].outcome else {
        Issue.record("\(report.sites[0].outcome)")
        return
      }
      #expect(report.failures.isEmpty == isRight)
    }
  }

  @Test func withoutTheDefinitionItIsNotChecked() throws {
    let report = try check(Self.rule(), isDefined: false)
    guard case .notChecked(.layer(let error)) = report.sites[0].outcome else {
      Issue.record("\(report.sites[0].outcome)")
      return
    }
    #expect(error.reason == .unknownType)
  }
}
