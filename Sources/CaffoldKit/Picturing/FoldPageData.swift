import Diagnostics
import Engine
import JSON
import RuleModel
import Verification

/// What a fold did, for the page: the fold's own facts beside those of its two nets.
struct FoldPageData {
  let result: FoldResult
  let picture: FoldPicture
  let rules: RuleSet

  private var plan: Plan { result.plan }

  /// The members of the page's JSON that a page about one net does not have.
  var members: [(String, JSONValue)] {
    [
      ("outcome", .string(outcome)),
      ("dryRun", .boolean(result.isDryRun)),
      ("upgraded", .boolean(result.upgrade.map { !$0.isEmpty } ?? false)),
      ("files", .array(files)),
      ("counterparts", .array(picture.counterparts.map { $0.map(JSONValue.integer) ?? .null })),
      ("groups", .array(picture.groups.map(group))),
      ("rewrites", .array(plan.rewrites.indices.map(rewrite))),
      ("rules", .array(usedRules)),
      ("refusals", .array(plan.refusals.map(refusal))),
      ("warnings", .array(result.warnings.map(JSONValue.string))),
      ("check", check),
      ("verification", verification),
    ]
  }

  private var outcome: String {
    switch result.outcome {
    case .done: "done"
    case .checkFailed: "check-failed"
    case .netsDiffer: "nets-differ"
    }
  }

  /// What was read and what was written.
  private var files: [JSONValue] {
    func file(_ role: String, _ input: FoldResult.File, _ output: FoldResult.File?) -> JSONValue {
      .object([
        ("role", .string(role)), ("before", .integer(input.byteCount)), ("from", .string(input.path)),
        ("after", output.map { .integer($0.byteCount) } ?? .null),
        ("to", output.map { .string($0.path) } ?? .null),
      ])
    }
    return [file("definition", result.inputs.model, result.outputs?.model)]
      + (result.inputs.weights.map { [file("weights", $0, result.outputs?.weights)] } ?? [])
  }

  private func group(_ group: FoldPicture.Group) -> JSONValue {
    .object([
      ("rewrites", .array(group.rewrites.map(JSONValue.integer))),
      ("before", .array(group.before.map(JSONValue.integer))),
      ("after", .array(group.after.map(JSONValue.integer))),
    ])
  }

  private func rewrite(_ place: Int) -> JSONValue {
    let rewrite = plan.rewrites[place]
    func names(_ layers: [LayerID]) -> JSONValue {
      .array(
        layers.map { layer in
          .name(rewrite.layers.first { $0.layer == layer }?.name ?? plan.graph[layer].name)
        })
    }
    return .object([
      ("rule", .string(rewrite.rule)), ("layers", .array(rewrite.layers.map { .name($0.name) })),
      ("kept", names(rewrite.kept)), ("removed", names(rewrite.removed)),
      ("added", names(rewrite.replaced + rewrite.added)),
      ("site", result.check.map { .integer($0.siteOfRewrite[place]) } ?? .null),
    ])
  }

  /// The rules that rewrote something or came near, with what they are for.
  private var usedRules: [JSONValue] {
    let used = Set(plan.rewrites.map(\.rule) + plan.refusals.map(\.rule))
    return rules.rules.filter { used.contains($0.id) }.map {
      .object([("id", .string($0.id)), ("summary", .string($0.summary))])
    }
  }

  private func refusal(_ refusal: Refusal) -> JSONValue {
    .object([
      ("layer", .name(refusal.layer.name)), ("type", .string(refusal.layer.type)),
      ("rule", .string(refusal.rule)), ("message", .string(refusal.sentence)),
    ])
  }

  private var check: JSONValue {
    guard let check = result.check else { return .null }
    return .object([
      ("tolerance", .number(check.tolerance)), ("compared", .integer(check.comparedRewrites)),
      ("notChecked", .integer(check.uncheckedRewrites)), ("conversions", .integer(check.conversions)),
      ("failed", .boolean(!check.failures.isEmpty)),
      ("worst", check.worst?.difference.map { .number($0.relative) } ?? .null),
      ("sites", .array(check.sites.map { site($0, tolerance: check.tolerance) })),
    ])
  }

  private func site(_ site: SiteCheck, tolerance: Double) -> JSONValue {
    let reason: String? = if case .notChecked(let obstacle) = site.outcome { obstacle.sentence } else { nil }
    let difference = site.difference
    return .object([
      ("layer", .name(site.name)), ("status", .string(site.status(tolerance: tolerance))),
      ("reason", reason.map(JSONValue.string) ?? .null),
      ("blob", difference.map { .name($0.blob) } ?? .null),
      ("channel", difference?.channel.map(JSONValue.integer) ?? .null),
      ("absolute", difference.map { .number($0.absolute) } ?? .null),
      ("relative", difference.map { .number($0.relative) } ?? .null),
      ("ulps", difference.map { .number($0.ulps) } ?? .null),
    ])
  }

  private var verification: JSONValue {
    guard let verification = result.verification else { return .null }
    return .object([
      ("equal", .boolean(verification.isEqual)), ("tolerance", .number(verification.tolerance)),
      ("worst", verification.largestDifference.map { .number($0) } ?? .null),
    ])
  }
}
