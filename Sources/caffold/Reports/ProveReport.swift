import CaffoldKit
import Diagnostics
import JSON
import RuleModel
import Rules
import Verification

/// What came of proving rules, for people and for machines.
struct ProveReport {
  private let result: ProveResult
  private let isVerbose: Bool

  init(_ result: ProveResult, isVerbose: Bool) {
    self.result = result
    self.isVerbose = isVerbose
  }

  private var proofs: [(rule: Rule, proof: RuleProof)] { result.proofs }
  private var options: ProofOptions { result.options }

  var text: String {
    var table = Table()
    table.add("rule", "compared", "refused", "discarded", "largest error", "")
    for (rule, proof) in proofs {
      table.add(
        rule.id, Format.grouped(proof.compared), Format.grouped(proof.drawn - proof.compared),
        Format.grouped(proof.discardedCount),
        proof.compared > 0 ? Format.brief(proof.largestError) : "–", proof.phrase(options))
    }
    var text = table.lines(hasTotal: false).joined(separator: "\n") + "\n"
    for (rule, proof) in proofs {
      if isVerbose { text += details(rule, proof) }
      for note in proof.notes(for: rule, options: options) { text += note.text + "\n" }
      guard let error = proof.error(for: rule, options: options) else { continue }
      text += error.text + "\n"
      if case .wrong(let example) = proof.verdict { text += example.text }
    }
    let wrong = proofs.count { if case .wrong = $0.proof.verdict { true } else { false } }
    let unproven = proofs.count { !$0.proof.isGood } - wrong
    let reports = proofs.count { if case .nothingToProve = $0.proof.verdict { true } else { false } }
    let uncompared = proofs.count { $0.proof.isGood && !$0.proof.isCompared } - reports
    let held = proofs.count - wrong - unproven - uncompared - reports
    var parts = ["\(Format.counted(proofs.count, "rule")): \(held) held"]
    if wrong > 0 { parts.append("\(wrong) wrong") }
    if unproven > 0 { parts.append("\(unproven) not proven") }
    if uncompared > 0 { parts.append("\(uncompared) not compared, since they change the net on purpose") }
    if reports > 0 { parts.append("\(reports) with nothing to prove, since they report") }
    return text + parts.joined(separator: ", ") + "\n"
  }

  private func details(_ rule: Rule, _ proof: RuleProof) -> String {
    func list(_ counts: [String: Int]) -> String {
      counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }.joined(
        separator: ", ")
    }
    var lines: [String] = []
    for capture in rule.pattern.captures {
      if let types = proof.types[capture.name] { lines.append("  \(capture.name): \(list(types))") }
    }
    if !proof.refused.isEmpty { lines.append("  refused: \(list(proof.refused))") }
    for (reason, count) in proof.discarded.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      lines.append("  discarded: \(count) × \(reason)")
    }
    return lines.isEmpty ? "" : "\(rule.id)\n\(lines.joined(separator: "\n"))\n"
  }

  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("rules prove")),
      ("good", .boolean(result.isGood)),
      ("instances", .integer(options.instances)),
      ("seed", .string(String(options.seed))),
      ("tolerance", .number(options.tolerance)),
      ("together", .boolean(options.isTogether)),
      ("rules", .array(proofs.map { self.json($0.rule, $0.proof) })),
    ])
  }

  private func json(_ rule: Rule, _ proof: RuleProof) -> JSONValue {
    func counts(_ counts: [String: Int]) -> JSONValue {
      .object(counts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
    }
    var example = JSONValue.null
    if case .wrong(let comparison) = proof.verdict {
      example = .object([
        (
          "before",
          .string(String(decoding: comparison.instance.definition.document.source.bytes, as: UTF8.self))
        ),
        ("after", .string(String(decoding: comparison.rewritten, as: UTF8.self))),
        ("inputs", blobs(comparison.instance.inputs.map { ($0.name, [$0.value.values]) })),
        ("blobsBefore", blobs(comparison.instance.blobs.map { ($0.layer, $0.values.map(\.values)) })),
        ("blobsAfter", blobs(comparison.changedBlobs.map { ($0.layer, $0.values.map(\.values)) })),
      ])
    }
    return .object([
      ("id", .string(rule.id)),
      ("verdict", .string(proof.word)),
      ("compared", .integer(proof.compared)),
      ("drawn", .integer(proof.drawn)),
      ("refused", counts(proof.refused)),
      ("discarded", counts(proof.discarded)),
      ("largestError", proof.compared > 0 ? .number(proof.largestError) : .null),
      ("types", .object(proof.types.sorted { $0.key < $1.key }.map { ($0.key, counts($0.value)) })),
      ("message", proof.error(for: rule, options: options).map { .string($0.sentence) } ?? .null),
      ("counterexample", example),
    ])
  }

  private func blobs(_ blobs: [(name: Name, values: [[Double]])]) -> JSONValue {
    .object(
      blobs.map { ($0.name.escaped, .array($0.values.map { .array($0.map(JSONValue.number)) })) })
  }
}
