import CaffeIO
import Diagnostics
import Engine
import JSON
import RuleModel
import Rules
import Testing
import Verification

@testable import CaffoldKit

/// Plans written to a file, read again and replayed; and everything that is wrong with such a file.
@Suite struct PlanFileTests {
  private static let net =
    "input: \"data\"\n" + convolution("c1", "data", "c1", "bias_term: false")
    + layer("bn1", "BatchNorm", "c1", "bn1")
    + layer("r1", "ReLU", "bn1", "bn1") + convolution("c2", "bn1", "c2") + layer("d", "Dropout", "c2", "d")
    + layer("s", "Scale", "d", "s")

  private static func rules(isolated: String? = nil) throws -> RuleSet {
    let builtin = try BuiltinRules.load()
    var rules = builtin.rules
    if let isolated {
      rules = try RuleFile(
        SourceText(path: "my.yaml", bytes: Array(isolated.utf8)), kernels: KernelRegistry.signatures,
        reasons: Refusal.Reason.codes
      ).rules
    }
    return try RuleSet(rules, layouts: builtin.layouts)
  }

  /// The text of a plan, the text of the net it makes.
  private static func planned(_ net: String = net, rules text: String? = nil) throws -> (
    file: String, net: String
  ) {
    var options = PlanOptions()
    options.describesChanges = true
    let plan = try Planner.plan(
      try graph(net), weights: nil, rules: try rules(isolated: text), options: options)
    let digest = String(repeating: "0", count: 64)
    let file = PlanFile(
      program: "1.2.3",
      model: .init(path: "net.prototxt", byteCount: net.utf8.count, digest: digest), weights: nil,
      builtinDigest: digest,
      ruleFiles: text.map {
        [
          .init(
            input: .init(
              path: "my.yaml", byteCount: $0.utf8.count, digest: SHA256.digest(of: Array($0.utf8))), text: $0)
        ]
      } ?? [],
      protoFiles: [], options: .init(), result: Self.result(plan), rewrites: PlannedRewrite.describe(plan))
    return (file.text(for: plan), plan.text)
  }

  private static func result(_ plan: Plan) -> PlanFile.Result {
    let text = DefinitionEmitter.text(of: plan.graph)
    return .init(
      rewriteCount: plan.rewrites.count, typesBefore: plan.typesBefore, typesAfter: plan.typesAfter,
      modelByteCount: text.count, modelDigest: SHA256.digest(of: text), weightsByteCount: nil)
  }

  /// The net that a plan file makes.
  private static func replayed(_ text: String, _ net: String = net, rules: String? = nil) throws -> String {
    let file = try PlanFile(reading: SourceText(path: "plan.json", bytes: Array(text.utf8)))
    let plan = try Planner.replay(
      file.rewrites, on: try graph(net), weights: nil, rules: try Self.rules(isolated: rules),
      options: PlanOptions())
    try file.check(Self.result(plan))
    return plan.text
  }

  /// The message for a plan file that was changed, without the lines that show the place.
  private func message(
    _ text: String, _ changes: (String, String)..., net: String = net, rules: String? = nil
  ) -> String {
    var text = text
    for (old, new) in changes {
      guard let range = text.firstRange(of: old) else { return "the plan does not say \(old)" }
      text.replaceSubrange(range, with: new)
    }
    do {
      _ = try Self.replayed(text, net, rules: rules)
      return "no error"
    } catch let error as any DiagnosticError {
      return String(error.diagnostic.text.split(separator: "\n").first ?? "")
    } catch {
      return "\(error)"
    }
  }

  @Test func aReplayMakesTheSameNet() throws {
    let planned = try Self.planned()
    #expect(try Self.replayed(planned.file) == planned.net)
    #expect(planned.net != Self.net)
  }

  @Test func aPlanIsTheSameTextEveryTime() throws {
    #expect(try Self.planned().file == Self.planned().file)
  }

  @Test func whatIsStruckOutIsNotMade() throws {
    let file = try Self.planned().file
    let key = "\"key\": \"conv-bn@bn1\",\n      \"apply\": "
    let struck = file.replacing(key + "true", with: key + "false")
    #expect(struck != file)
    let net = try Self.replayed(struck)
    #expect(net.contains("\"bn1\" type: \"BatchNorm\""))
    #expect(!net.contains("Dropout"))
  }

  @Test func anEntryThatWasDeletedIsNotMade() throws {
    let file = try Self.planned().file
    let start = try #require(file.firstRange(of: "    {\n      \"key\": \"conv-bn@bn1\"")).lowerBound
    let end = try #require(file.firstRange(of: "    {\n      \"key\": \"remove-dropout@d\"")).lowerBound
    #expect(start < end)
    let net = try Self.replayed(String(file[..<start] + file[end...]))
    #expect(net.contains("\"bn1\" type: \"BatchNorm\""))
    #expect(!net.contains("Dropout"))
  }

  @Test func whatStandsOnAStruckRewriteIsNamed() throws {
    let file = try Self.planned().file
    #expect(
      message(
        file,
        (
          "\"key\": \"remove-dropout@d\",\n      \"apply\": true",
          "\"key\": \"remove-dropout@d\",\n      \"apply\": false"
        ))
        == "plan.json:61:5: error: rewrite 'conv-scale@s' cannot be made: bottom 'd' of Scale 's' is made by Dropout 'd', not by Convolution, ConvolutionDepthwise, DepthwiseConvolution, Deconvolution, InnerProduct or ConvolutionSK; it depends on 'remove-dropout@d', which is disabled; disable it as well, or make a new plan with --skip-layer"
    )
  }

  @Test func rewritesAreMadeInTheOrderOfTheFile() throws {
    let file = try Self.planned().file
    let dropout = try #require(file.firstRange(of: "    {\n      \"key\": \"remove-dropout@d\"")).lowerBound
    let scale = try #require(file.firstRange(of: "    {\n      \"key\": \"conv-scale@s\"")).lowerBound
    let end = try #require(file.firstRange(of: "\n  ],\n  \"refusals\"")).lowerBound
    #expect(dropout < scale)
    let swapped =
      file[..<dropout] + file[scale..<end] + ",\n"
      + file[dropout..<scale].dropLast(2) + file[end...]
    #expect(
      message(String(swapped))
        == "plan.json:52:5: error: rewrite 'conv-scale@s' cannot be made: bottom 'd' of Scale 's' is made by Dropout 'd', not by Convolution, ConvolutionDepthwise, DepthwiseConvolution, Deconvolution, InnerProduct or ConvolutionSK; restore the entries as they were, disable this one, or make a new plan"
    )
  }

  private static let remedy =
    "restore the entries as they were, disable this one, or make a new plan"

  /// What a plan file can be made to say, and the message for it.
  @Test(arguments: [
    (
      "\"plan\": 1,", "\"plan\": 2,",
      "2:11: error: version 2 of the plan format is not known; this program reads 1"
    ),
    (
      "\"plan\": 1,", "\"plam\": 1,",
      "1:1: error: this is no plan: it does not say 'plan'; 'caffold fold … --plan out.json' makes one"
    ),
    (
      "\"apply\": true", "\"aply\": true",
      "42:7: error: 'aply' is not known in 'rewrites'; did you mean 'apply'?"
    ),
    (
      "\"apply\": true", "\"apply\": \"no\"",
      "42:16: error: expected true or false for 'apply', found the string 'no'"
    ),
    (
      "      \"apply\": true,\n", "",
      "40:5: error: 'rewrites' needs 'apply', which is missing"
    ),
    (
      "\"sha256\": \"0000", "\"sha256\": \"000",
      "5:63: error: expected 64 hexadecimal digits for 'sha256', found the string '000000000000000000000000000000000000000000000000000000000000'"
    ),
    (
      "\"phase\": \"TEST\"", "\"phase\": \"DREAM\"",
      "14:14: error: expected \"TEST\" or \"TRAIN\" for 'phase', found the string 'DREAM'"
    ),
    (
      "\"fate\": \"kept\"", "\"fate\": \"eaten\"",
      "45:87: error: expected \"kept\", \"removed\" or \"replaced\" for 'fate', found the string 'eaten'"
    ),
    (
      "\"index\": 0", "\"index\": -1",
      "45:76: error: expected a whole number, 0 or more for 'index', found the number -1"
    ),
    (
      "\"index\": 0", "\"index\": 4000000000",
      "40:5: error: rewrite 'conv-bn@bn1' cannot be made: there is no Convolution 'c1' at this point; \(remedy)"
    ),
    (
      "\"rule\": \"conv-bn\"", "\"rule\": \"conv-bm\"",
      "40:5: error: rewrite 'conv-bn@bn1' is by rule 'conv-bm', which is not among those selected; did you mean 'conv-bn'?"
    ),
    (
      "\"key\": \"remove-dropout@d\"", "\"key\": \"conv-bn@bn1\"",
      "52:5: error: rewrite 'conv-bn@bn1' is listed twice, first in line 40; remove one"
    ),
    (
      "\"capture\": \"bn\"", "\"capture\": \"norm\"",
      "40:5: error: rewrite 'conv-bn@bn1' lists no layer for 'bn', which rule 'conv-bn' begins at"
    ),
    (
      "\"capture\": \"conv\", \"layer\": \"c1\", \"type\": \"Convolution\", \"index\": 0",
      "\"capture\": \"conv\", \"layer\": \"c2\", \"type\": \"Convolution\", \"index\": 3",
      "40:5: error: rewrite 'conv-bn@bn1' cannot be made: BatchNorm 'bn1' is not connected as the rule's pattern says; \(remedy)"
    ),
    (
      "\"index\": 0, \"fate\": \"kept\"", "\"index\": 0, \"fate\": \"removed\"",
      "40:5: error: rewrite 'conv-bn@bn1' would be of Convolution 'c1' (conv, kept), BatchNorm 'bn1' (bn, removed), the plan says Convolution 'c1' (conv, removed), BatchNorm 'bn1' (bn, removed); \(remedy)"
    ),
    (
      "\"old\": \"false\", \"new\": \"true\"", "\"old\": \"true\", \"new\": \"true\"",
      "40:5: error: rewrite 'conv-bn@bn1' would change more than the plan says: 'convolution_param.bias_term' of layer 'c1' from false to true; \(remedy)"
    ),
    (
      "\"changes\": [\n",
      "\"changes\": [\n        {\"layer\": \"c1\", \"blob\": 0, \"old\": [2, 2], \"new\": null, \"numbers\": null},\n",
      "40:5: error: rewrite 'conv-bn@bn1' would not make a change that the plan lists: blob 0 of layer 'c1' from [2, 2] to nothing; \(remedy)"
    ),
    (
      "{\"type\": \"ReLU\", \"before\": 1, \"after\": 1}",
      "{\"type\": \"ReLU\", \"before\": 1, \"after\": 0}",
      "error: the result would have 1 ReLU layers, the plan says 0; nothing was written; make a new plan"
    ),
    (
      "\"model\": {\"bytes\": ", "\"model\": {\"bytes\": 1",
      "error: the net definition that would be written is not the one the plan was made for; nothing was written; make a new plan"
    ),
    ("\"refusals\": [],\n", "", "1:1: error: 'plan file' needs 'refusals', which is missing"),
  ])
  func aChangedPlanIsNotApplied(old: String, new: String, expected: String) throws {
    let place = expected.hasPrefix("error") ? "" : "plan.json:"
    #expect(message(try Self.planned().file, (old, new)) == place + expected)
  }

  @Test func anotherNetIsNoticedAtTheRewrite() throws {
    let other = Self.net.replacing("name: \"d\" type: \"Dropout\"", with: "name: \"d\" type: \"ReLU\"")
    #expect(
      message(try Self.planned().file, net: other)
        == "plan.json:52:5: error: rewrite 'remove-dropout@d' cannot be made: there is no Dropout 'd' at this point; \(Self.remedy)"
    )
  }

  private static let rule = """
    schema: 1
    rules:
      - id: gain-to-power
        summary: Makes a vendor's layer a Power.
        match: {gain: {type: VendorGain}}
        rewrite: {replace: gain, with: {type: Power, name: "{gain.name}_power", power_param: {scale: 2}}}
    """

  @Test func aReplacedLayerIsDescribed() throws {
    let net = "input: \"data\"\n" + layer("g", "VendorGain", "data", "g")
    let planned = try Self.planned(net, rules: Self.rule)
    #expect(
      planned.file.contains(
        """
              "changes": [
                {"layer": "g", "attribute": "name", "old": "g", "new": "g_power"},
                {"layer": "g", "attribute": "type", "old": "VendorGain", "new": "Power"},
                {"layer": "g", "attribute": "power_param", "old": null, "new": "{ scale: 2 }"}
              ]
        """))
    #expect(try Self.replayed(planned.file, net, rules: Self.rule) == planned.net)
  }

  @Test func theRulesOfAPlanCannotBeExchanged() throws {
    let net = "input: \"data\"\n" + layer("g", "VendorGain", "data", "g")
    let file = try Self.planned(net, rules: Self.rule).file
    #expect(
      message(file, ("{scale: 2}", "{scale: 3}"), net: net, rules: Self.rule)
        == "plan.json:11:7: error: the text of 'my.yaml' in the plan is not the one that the plan was made with; restore it, or make a new plan"
    )
  }

  @Test func layersOfOneNameAreToldApart() throws {
    let net =
      "input: \"data\"\n" + layer("d", "Dropout", "data", "a") + layer("r", "ReLU", "a", "a")
      + layer("d", "Dropout", "a", "b") + layer("r", "ReLU", "b", "b")
    let planned = try Self.planned(net)
    #expect(planned.file.contains("\"key\": \"remove-dropout@d#2\""))
    #expect(try Self.replayed(planned.file, net) == planned.net)
    let struck = planned.file.replacing(
      "\"key\": \"remove-dropout@d\",\n      \"apply\": true",
      with: "\"key\": \"remove-dropout@d\",\n      \"apply\": false")
    #expect(try Self.replayed(struck, net).contains("name: \"d\" type: \"Dropout\" bottom: \"data\""))
  }

  @Test func aPlanThatIsCutOrBrokenNeverCrashes() throws {
    let text = Array(try Self.planned().file.utf8)
    for index in stride(from: 0, to: text.count, by: 7) {
      _ = try? PlanFile(reading: SourceText(path: "plan.json", bytes: Array(text[..<index])))
      for byte: UInt8 in [0x22, 0x2D, 0x39, 0x5B, 0xFF] {
        var broken = text
        broken[index] = byte
        _ = try? Self.replayed(String(decoding: broken, as: UTF8.self))
      }
    }
  }
}
