import Diagnostics
import RuleModel
import YAML

/// Checks the examples inside a rule.
struct TestChecker {
  let source: SourceText
  let reasons: [String]
  let context: RuleContext

  /// The checked test of a rule with `parameters`.
  func check(_ map: YAMLMap, _ parameters: [RuleParameter], isReport: Bool) throws -> RuleTest {
    try map.rejectUnknownKeys(allowed: RuleGrammar.test.names)
    let name = try map.requiredString("name")
    let net = try map.requiredText("net")
    let expect = try map.required("expect")
    let expectation: RuleTest.Expectation
    if expect.string == "unmatched" {
      expectation = .unmatched
    } else if expect.string == "rewritten" {
      expectation = .rewritten(layers: nil)
    } else if expect.string == "reported" {
      expectation = .reported(layers: nil, because: nil)
    } else if case .mapping = expect.content {
      let expected = try YAMLMap(expect, as: "expect")
      try expected.rejectUnknownKeys(allowed: RuleGrammar.expectation.names)
      if expected.keys.count > 1 { throw RuleError(.exclusive(expected.keys, in: "expect"), expect) }
      if expected.keys.isEmpty { throw RuleError(.expectation(found: YAMLDescription(expect)), expect) }
      if let refused = try expected.map("refused", as: RuleGrammar.refusal.name) {
        try refused.rejectUnknownKeys(allowed: RuleGrammar.refusal.names)
        let reason = try refused.requiredText("reason")
        guard reasons.contains(reason.text) else {
          throw RuleError(.badReason(reason.text, known: reasons), reason.node)
        }
        expectation = .refused(layer: try refused.text("at")?.text, reason: reason.text)
      } else if let reported = try expected.map("reported", as: RuleGrammar.reported.name) {
        try reported.rejectUnknownKeys(allowed: RuleGrammar.reported.names)
        let layers = reported.value("at") == nil ? nil : try reported.textList("at").map(\.text)
        expectation = .reported(layers: layers, because: try reported.text("because")?.text)
      } else {
        expectation = .rewritten(layers: try expected.textList("layers").map(\.text))
      }
    } else {
      throw RuleError(.expectation(found: YAMLDescription(expect)), expect)
    }
    if let word = expectation.word(ifNotOf: isReport) {
      throw RuleError(.expectedOfOther(word, isReport: isReport), expect)
    }
    let arguments = try ParameterChecker(context: context).check(
      map.map("parameters", as: "parameters"), of: name, at: map.node, parameters)
    let place = source.place(at: map.node.offset)
    return RuleTest(
      name: name, net: SourceText(path: "\(place.description) (\(name))", bytes: Array(net.text.utf8)),
      arguments: arguments, weights: try weights(map, parameters), expectation: expectation, place: place)
  }

  /// The numbers of the blobs of layers; expressions use the parameters of the rule.
  private func weights(_ map: YAMLMap, _ parameters: [RuleParameter]) throws -> [TestWeights] {
    var context = context
    context.parameters = parameters
    let scope = RuleScope(context)
    return try map.map("weights", as: "weights")?.texts.map { layer, node in
      let blobs = try RewriteSectionChecker.items(node).map { item in
        try scope.check(try RuleText(tensor: item, layer.text), expecting: .tensor(.unknown))
      }
      return TestWeights(layer: layer.text, blobs: blobs, place: source.place(at: layer.node.offset))
    } ?? []
  }
}

extension RuleTest.Expectation {
  /// The word for what is expected, where a rule of the kind does not do that.
  fileprivate func word(ifNotOf isReport: Bool) -> String? {
    switch self {
    case .rewritten(let layers) where isReport: layers == nil ? "rewritten" : "layers"
    case .refused where isReport: "refused"
    case .reported where !isReport: "reported"
    default: nil
    }
  }
}
