import CaffoldKit
import Diagnostics
import JSON

/// What rules found at a layer, for people and for machines.
struct WhyReport {
  private let result: WhyResult

  init(_ result: WhyResult) { self.result = result }

  // MARK: Text

  var text: String {
    let subject = "\(result.type) '\(Format.name(result.layer))'"
    var lines = result.rewrites.map { rewrite in
      "\(subject) \(phrase(rewrite.fate)) by rule '\(rewrite.rule)': \(list(rewrite.matched))"
    }
    if result.rewrites.isEmpty { lines.append("\(subject): no rule rewrites it") }
    for miss in result.misses { lines += [""] + self.lines(miss) }
    let unreached = result.unreached.map(line)
    if !unreached.isEmpty { lines += [""] + unreached }
    if result.otherRuleCount > 0 {
      let count = Wording.counted(result.otherRuleCount, "more rule has", plural: "more rules have")
      lines += ["", "\(count) no place for layers of type \(result.type)"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func phrase(_ fate: WhyResult.Rewrite.Fate) -> String {
    switch fate {
    case .removed: "is removed"
    case .replaced: "is replaced"
    case .kept: "stays, rewritten"
    }
  }

  private func list(_ matches: [WhyResult.Match]) -> String {
    matches.map { "\($0.capture) = \($0.type) '\(Format.name($0.layer))'" }.joined(separator: ", ")
  }

  private func lines(_ miss: WhyResult.Miss) -> [String] {
    var lines = ["rule '\(miss.rule)': \(miss.summary)"]
    if miss.matched.isEmpty {
      lines.append("  begins at '\(Format.name(miss.start))'")
    } else {
      lines.append("  found\(miss.isComplete ? " all its layers" : ""): \(list(miss.matched))")
    }
    lines.append("  stopped: \(miss.reason)")
    // A reason without a sentence of the rule's own quotes the condition.
    if let condition = miss.condition, !miss.reason.contains("'\(condition)'") {
      lines.append("  condition: \(condition)")
    }
    lines += miss.findings.map { "  \($0.text) is \($0.found), and would have to be \($0.wanted)" }
    return lines
  }

  private func line(_ rule: WhyResult.Unreached) -> String {
    let captures = Wording.list(rule.captures.map { "'\($0)'" }, "or")
    let start = rule.start.isEmpty ? "another layer" : "a layer of type \(Wording.list(rule.start, "or"))"
    return
      "rule '\(rule.rule)' could use it as \(captures), but begins at \(start), and none of these leads to it"
  }

  // MARK: JSON

  var json: JSONValue {
    func matches(_ matches: [WhyResult.Match]) -> JSONValue {
      .array(
        matches.map {
          .object([("capture", .string($0.capture)), ("layer", .name($0.layer)), ("type", .string($0.type))])
        })
    }
    return .object([
      ("caffold", .object([("version", .string(Caffold.version))])), ("command", .string("why")),
      ("layer", .name(result.layer)), ("type", .string(result.type)),
      (
        "rewrites",
        .array(
          result.rewrites.map {
            .object([
              ("rule", .string($0.rule)), ("fate", .string($0.fate.rawValue)),
              ("matched", matches($0.matched)),
            ])
          })
      ),
      (
        "misses",
        .array(
          result.misses.map { miss in
            .object([
              ("rule", .string(miss.rule)), ("start", .name(miss.start)), ("matched", matches(miss.matched)),
              ("complete", .boolean(miss.isComplete)), ("reason", .string(miss.code)),
              ("message", .string(miss.reason)), ("condition", miss.condition.map(JSONValue.string) ?? .null),
              (
                "findings",
                .array(
                  miss.findings.map {
                    .object([
                      ("text", .string($0.text)), ("found", .string($0.found)),
                      ("wanted", .string($0.wanted)),
                    ])
                  })
              ),
            ])
          })
      ),
      (
        "unreached",
        .array(
          result.unreached.map {
            .object([
              ("rule", .string($0.rule)), ("captures", .array($0.captures.map(JSONValue.string))),
              ("start", .array($0.start.map(JSONValue.string))),
            ])
          })
      ),
      ("otherRules", .integer(result.otherRuleCount)),
    ])
  }
}
