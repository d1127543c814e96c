import CaffeIO
import CaffoldKit
import Diagnostics
import Engine
import JSON
import RuleModel
import Rules

/// What a fold did, for people and for machines. `Documentation/Report.md` describes the JSON.
struct FoldReport {
  private let result: FoldResult
  private let verbose: Bool

  init(_ result: FoldResult, verbose: Bool) {
    self.result = result
    self.verbose = verbose
  }

  private var plan: Plan { result.plan }
  private var problems: [DefinitionProblem] { result.problems }
  private var check: CheckReport? { result.check.map { CheckReport(check: $0, plan: plan) } }
  private var verification: VerifyReport? {
    result.verification.map { VerifyReport($0, verbose: false) }
  }

  // MARK: Text

  /// The user's rules that were not tried, and what they want.
  private var untriedLines: [String] {
    result.untried.map { rule in
      rule.safety == .conversion
        ? "note: rule '\(rule.id)' was not tried: it converts the net; add --extend-select \(rule.id)"
        : rule.safety == .approximate
          ? "note: rule '\(rule.id)' was not tried: it is approximate; add --unsafe"
          : "note: rule '\(rule.id)' was not tried: it is off by default; add --extend-select \(rule.id)"
    }
  }

  /// The user's rules that did nothing. The reasons of those that could have removed layers are told with the layers.
  private var idleLines: [String] {
    let told = Set(plan.refusals.map(\.rule))
    let idle = plan.idleRules.filter { !told.contains($0.rule) }
    let lines = idle.map { "note: rule '\($0.rule)' never applied\(reason(of: $0))" }
    guard lines.count > 5, !verbose else { return lines }
    return lines.prefix(4) + ["note: \(lines.count - 4) more rules never applied; -v says why"]
  }

  private func reason(of idle: IdleRule) -> String {
    if let refusal = idle.refusal {
      return "; nearest at \(refusal.layer.description): \(refusal.sentence)"
    }
    guard idle.hasTypes || idle.types.isEmpty else {
      return ": the net has no layer of type \(Wording.list(idle.types, "or"))"
    }
    return ": no layer of the net fits the last layer of its pattern"
  }

  var text: String {
    var lines = layerTable
    lines += [""] + fileLines
    let upgrade = UpgradeLines(result)
    lines += [""] + (upgrade?.lines ?? []) + rewriteLines(isUpgraded: upgrade != nil)
    lines += untriedLines + idleLines
    lines += replayLines
    if let check { lines += ["", check.summary] + check.details(verbose: verbose) }
    if let check { lines += check.precision.lines(verbose: verbose) }
    if let verification { lines += ["", verification.summary] }
    if !problems.isEmpty { lines += [""] + problemLines }
    if !plan.warnings.isEmpty { lines += [""] + warningLines }
    let refusals = refusalLines
    if !refusals.isEmpty { lines += [""] + refusals }
    return lines.joined(separator: "\n") + "\n"
  }

  private var layerTable: [String] {
    var table = Table()
    table.add("layer type", "before", "after")
    let types = Set(plan.typesBefore.keys).union(plan.typesAfter.keys)
    for type in types.sorted(by: {
      ($1.isEmpty ? 0 : plan.typesBefore[$0] ?? 0, $1) > (plan.typesBefore[$1] ?? 0, $0)
    }) {
      let (before, after) = (plan.typesBefore[type] ?? 0, plan.typesAfter[type] ?? 0)
      table.add(
        type, String(before), before == after ? "\(after)  " : "\(after) \(after < before ? "▼" : "▲")")
    }
    table.add("all", String(count(plan.typesBefore)), "\(count(plan.typesAfter))  ")
    return table.lines()
  }

  private func count(_ types: [String: Int]) -> Int { types.values.reduce(0, +) }

  private var fileLines: [String] {
    func line(_ label: String, _ input: FoldResult.File, _ output: FoldResult.File?) -> String {
      guard let output else {
        return "\(label)  \(Format.bytes(input.byteCount))  \(input.path) (nothing written)"
      }
      return "\(label)  \(Format.bytes(input.byteCount)) → \(Format.bytes(output.byteCount))  \(output.path)"
    }
    var lines = [line("net definition", result.inputs.model, result.outputs?.model)]
    if let weights = result.inputs.weights {
      lines.append(line("weights       ", weights, result.outputs?.weights))
    }
    if let path = result.projectFile { lines.append("settings                  \(path)") }
    if let plan = result.planFile {
      lines.append("plan            \(Format.bytes(plan.byteCount))  \(plan.path)")
    }
    if let page = result.reportFile {
      lines.append("report          \(Format.bytes(page.byteCount))  \(page.path)")
    }
    return lines
  }

  /// How much of a plan was replayed.
  private var replayLines: [String] {
    guard let replayed = result.replayed else { return [] }
    let (made, planned) = (plan.rewrites.count, replayed.result.rewriteCount)
    if made == planned {
      return [
        "", "all \(planned) rewrites of the plan were made; the result is the one that the plan states",
      ]
    }
    return ["", "\(made) of \(planned) rewrites of the plan were made; the others are disabled"]
  }

  private func rewriteLines(isUpgraded: Bool) -> [String] {
    guard !plan.rewrites.isEmpty else { return isUpgraded && plan.refusals.isEmpty ? [] : [unchangedLine] }
    if verbose {
      return plan.rewrites.map { rewrite in
        func names(_ layers: [LayerID]) -> String {
          layers.map { layer in
            "'\(rewrite.layers.first { $0.layer == layer }?.name ?? plan.graph[layer].name)'"
          }
          .joined(separator: ", ")
        }
        let new = rewrite.added.map { "'\(plan.graph[$0].name)'" }.joined(separator: ", ")
        let left = rewrite.kept + rewrite.replaced
        var parts: [String] = []
        if !rewrite.removed.isEmpty {
          let result = new.isEmpty ? names(left) : new
          parts.append(
            result.isEmpty ? "\(names(rewrite.removed)) removed" : "\(names(rewrite.removed)) → \(result)")
        } else if !rewrite.replaced.isEmpty {
          parts.append("\(names(rewrite.replaced)) became another layer")
        }
        if rewrite.removed.isEmpty, !new.isEmpty { parts.append("\(new) inserted") }
        parts += rewrite.renamed.map { "'\($0.from)' is now '\($0.to)'" }
        parts += rewrite.cleared.map { "'\($0.path.joined(separator: "."))' of \(names([$0.layer])) cleared" }
        return "\(rewrite.rule): \(parts.isEmpty ? "\(names(left)) changed" : parts.joined(separator: "; "))"
      }
    }
    var order: [String] = []
    var counts: [String: Int] = [:]
    for rewrite in plan.rewrites {
      if counts[rewrite.rule] == nil { order.append(rewrite.rule) }
      counts[rewrite.rule, default: 0] += 1
    }
    return order.map { "\(counts[$0]!) × \($0)" }
  }

  /// The first few problems with their places, and how many more there are.
  private var problemLines: [String] {
    let shown = verbose ? problems.count : 5
    let more = problems.count - shown
    return problems.prefix(shown).map(\.diagnostic.text)
      + (more > 0 ? ["warning: \(more) more problems of this kind in the net definition; -v lists all"] : [])
  }

  /// Why nothing changed: the types of which most layers stay, those first.
  private var unchangedLine: String {
    var counts: [(type: String, count: Int)] = []
    for refusal in plan.refusals {
      if let index = counts.firstIndex(where: { $0.type == refusal.layer.type }) {
        counts[index].count += 1
      } else {
        counts.append((refusal.layer.type, 1))
      }
    }
    guard !counts.isEmpty else { return "nothing changed: no rule of this run applies to the net" }
    let what = UpgradeLines(result) == nil ? "nothing changed" : "no layer was rewritten"
    let kinds = counts.sorted { $0.count > $1.count }.map { Wording.counted($0.count, "\($0.type) layer") }
    return "\(what): \(Wording.list(kinds, "and")) could not be rewritten (reasons below)"
  }

  private var warningLines: [String] {
    if verbose { return plan.warnings.map(line) }
    var kinds: [String] = []
    for warning in plan.warnings where !kinds.contains(warning.kind) { kinds.append(warning.kind) }
    return kinds.flatMap { kind in
      GroupedLines.lines(plan.warnings.filter { $0.kind == kind }, name: \.layer) {
        "warning: \(Wording.counted($0, "more layer has", plural: "more layers have")) the same warning"
      } line: {
        line(of: $0)
      }
    }
  }

  private var refusalLines: [String] {
    if verbose { return plan.refusals.map { "\(line(of: $0)) [\($0.rule)]" } + overlapLines }
    return RefusalGroup.groups(plan.refusals).flatMap { group in
      GroupedLines.lines(group.refusals, name: \.layer.name) {
        "note: \($0) more \(group.refusals[0].layer.type) layers stay for the same reason"
      } line: {
        line(of: $0)
      }
    }
  }

  private var overlapLines: [String] {
    plan.overlaps.map { overlap in
      let layers = overlap.shared.map { "'\($0)'" }.joined(separator: ", ")
      return
        "note: rule '\(overlap.rule)' matched at '\(overlap.layer)' too; '\(overlap.winner)' goes first and rewrote \(layers)"
    }
  }

  private func line(of warning: Warning) -> String { "warning: \(warning.sentence)" }

  private func line(of refusal: Refusal) -> String {
    "note: \(refusal.layer.description) stays: \(refusal.sentence)"
  }

  // MARK: JSON

  var json: JSONValue {
    let changes: [(String, JSONValue)] = [
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string(result.replayed == nil ? "fold" : "apply")),
      ("config", result.projectFile.map(JSONValue.string) ?? .null),
      ("phase", .string(plan.graph.state.phase.rawValue)),
      ("inputs", files(result.inputs)),
      ("outputs", result.outputs.map(files) ?? .null),
      (
        "layers",
        .object([
          ("before", .integer(count(plan.typesBefore))),
          ("after", .integer(count(plan.typesAfter))),
          ("types", .array(types)),
        ])
      ),
      ("upgrade", UpgradeLines(result)?.json ?? .null),
      ("rewrites", .array(zip(0..., plan.rewrites).map(rewrite))),
      ("refusals", .array(plan.refusals.map(refusal))),
      ("overlaps", .array(plan.overlaps.map(overlap))),
      ("warnings", .array(warnings)),
    ]
    let judgements: [(String, JSONValue)] = [
      ("check", check?.json ?? .null),
      ("precision", check?.precision.json ?? .null),
      ("verification", verification?.json ?? .null),
      ("target", result.target.map { TargetReport($0).json } ?? .null),
      ("plan", result.planFile.map(file) ?? .null),
      ("report", result.reportFile.map(file) ?? .null),
    ]
    return .object(changes + judgements)
  }

  private func overlap(_ overlap: Overlap) -> JSONValue {
    .object([
      ("rule", .string(overlap.rule)), ("layer", .name(overlap.layer)),
      ("winner", .string(overlap.winner)),
      ("layers", .array(overlap.shared.map(JSONValue.name))),
    ])
  }

  private func files(_ files: FoldResult.Files) -> JSONValue {
    .object([("model", file(files.model)), ("weights", files.weights.map(file) ?? .null)])
  }

  private func file(_ file: FoldResult.File) -> JSONValue {
    .object([("path", .string(file.path)), ("bytes", .integer(file.byteCount))])
  }

  private var types: [JSONValue] {
    Set(plan.typesBefore.keys).union(plan.typesAfter.keys).sorted().map { type in
      .object([
        ("type", .string(type)), ("before", .integer(plan.typesBefore[type] ?? 0)),
        ("after", .integer(plan.typesAfter[type] ?? 0)),
      ])
    }
  }

  private func rewrite(_ index: Int, _ rewrite: RewriteRecord) -> JSONValue {
    func names(_ layers: [LayerID]) -> JSONValue {
      .array(layers.map { layer in .name(rewrite.layers.first { $0.layer == layer }?.name ?? "") })
    }
    return .object([
      ("rule", .string(rewrite.rule)),
      ("layers", captured(rewrite.layers.map { ($0.capture, $0.name) })),
      ("kept", names(rewrite.kept)),
      // A layer that became another type is one that went and one that came.
      ("removed", names(rewrite.removed + rewrite.replaced)),
      ("added", .array((rewrite.replaced + rewrite.added).map { .name(plan.graph[$0].name) })),
      (
        "renamed",
        .array(rewrite.renamed.map { .object([("from", .name($0.from)), ("to", .name($0.to))]) })
      ),
      (
        "cleared",
        .array(
          rewrite.cleared.map { layer, path in
            .object([
              ("layer", .name(rewrite.layers.first { $0.layer == layer }?.name ?? "")),
              ("parameter", .string(path.joined(separator: "."))),
            ])
          })
      ),
      ("check", check?.json(rewrite: index) ?? .null),
    ])
  }

  /// Names by capture: a list where a capture stands for several layers.
  private func captured(_ layers: [(capture: String, name: Name)]) -> JSONValue {
    var captures: [(capture: String, names: [JSONValue])] = []
    for layer in layers {
      if let index = captures.firstIndex(where: { $0.capture == layer.capture }) {
        captures[index].names.append(.name(layer.name))
      } else {
        captures.append((layer.capture, [.name(layer.name)]))
      }
    }
    return .object(captures.map { ($0.capture, $0.names.count == 1 ? $0.names[0] : .array($0.names)) })
  }

  private func refusal(_ refusal: Refusal) -> JSONValue {
    .object([
      ("layer", .name(refusal.layer.name)),
      ("type", .string(refusal.layer.type)),
      ("rule", .string(refusal.rule)),
      ("layers", captured(refusal.bindings.map { ($0.capture, $0.layer.name) })),
      ("reason", .string(refusal.reason.code)),
      ("message", .string(refusal.sentence)),
    ])
  }

  private var warnings: [JSONValue] { problems.map(problem) + plan.warnings.map(warning) }

  private func problem(_ problem: DefinitionProblem) -> JSONValue {
    .object([("layer", .string("")), ("message", .string(problem.diagnostic.headline))])
  }

  private func warning(_ warning: Warning) -> JSONValue {
    .object([("layer", .name(warning.layer)), ("message", .string(warning.sentence))])
  }
}
