import CaffoldKit
import Diagnostics
import Engine
import JSON
import Layers
import Verification

/// What checking every rewrite found, for people and for machines.
struct CheckReport {
  let check: RewriteCheckReport
  let plan: Plan

  /// What became of the range of weights.
  var precision: PrecisionReport { PrecisionReport(check) }

  // MARK: Text

  /// One line.
  var summary: String {
    let compared = Format.counted(check.comparedRewrites, "rewrite")
    var line = "checked \(compared)"
    if let worst = check.worst, let difference = worst.difference {
      line += ", largest relative error \(Format.brief(difference.relative)) at '\(worst.name)'"
    }
    if check.uncheckedRewrites > 0 { line += "; \(Format.grouped(check.uncheckedRewrites)) not checked" }
    if check.conversions > 0 {
      line +=
        "; \(Format.counted(check.conversions, "rewrite")) \(check.conversions == 1 ? "changes" : "change") the net's input or output on purpose; not compared"
    }
    return line
  }

  /// What follows the summary: with `verbose` every site, else the reasons why some were not checked.
  func details(verbose: Bool) -> [String] {
    if verbose { return check.sites.map(line) }
    let unchecked = check.sites.compactMap { site in
      reason(site).map { "note: \(rules(site)) at '\(site.name)' not checked: \($0)" }
    }
    return unchecked.count > 3
      ? unchecked.prefix(3) + ["note: \(unchecked.count - 3) more not checked; -v lists them"] : unchecked
  }

  private func line(_ site: SiteCheck) -> String {
    let head = "check: \(rules(site)) at '\(site.name)': "
    switch site.outcome {
    case .conversion: return head + "changes the net's input or output on purpose; not compared"
    case .nothing: return head + "nothing to compare"
    case .notChecked: return head + "not checked: \(reason(site) ?? "")"
    case .compared(let difference): return head + difference.phrase
    }
  }

  private func reason(_ site: SiteCheck) -> String? {
    if case .notChecked(let obstacle) = site.outcome { return obstacle.sentence }
    return nil
  }

  private func rules(_ site: SiteCheck) -> String { Self.names(Self.ruleNames(site, plan), "rule") }

  static func ruleNames(_ site: SiteCheck, _ plan: Plan) -> [String] {
    var names: [String] = []
    for rewrite in site.rewrites where !names.contains(plan.rewrites[rewrite].rule) {
      names.append(plan.rewrites[rewrite].rule)
    }
    return names
  }

  /// `rule 'a'`, `rules 'a', 'b'`.
  static func names(_ names: [some CustomStringConvertible], _ noun: String) -> String {
    "\(noun)\(names.count == 1 ? "" : "s") \(names.map { "'\($0)'" }.joined(separator: ", "))"
  }

  // MARK: JSON

  var json: JSONValue {
    .object([
      ("tolerance", .number(check.tolerance)),
      ("passed", .boolean(check.failures.isEmpty)),
      ("compared", .integer(check.comparedRewrites)),
      ("notChecked", .integer(check.uncheckedRewrites)),
      ("conversions", .integer(check.conversions)),
      ("sites", .array(check.sites.map(json))),
    ])
  }

  private func json(_ site: SiteCheck) -> JSONValue {
    let difference = site.difference
    return .object([
      ("layer", .name(site.name)),
      ("layers", .array(site.layers.map(JSONValue.name))),
      ("rewrites", .array(site.rewrites.map(JSONValue.integer))),
      ("status", .string(site.status(tolerance: check.tolerance))),
      ("reason", reason(site).map(JSONValue.string) ?? .null),
      ("blob", difference.map { .name($0.blob) } ?? .null),
      ("channel", difference?.channel.map(JSONValue.integer) ?? .null),
      ("absolute", difference.map { .number($0.absolute) } ?? .null),
      ("relative", difference.map { .number($0.relative) } ?? .null),
      ("ulps", difference.map { .number($0.ulps) } ?? .null),
      ("allowed", site.isJudged ? .number(site.allowed(tolerance: check.tolerance)) : .null),
    ])
  }

  /// The figures of one rewrite: those of its site.
  func json(rewrite: Int) -> JSONValue {
    let index = check.siteOfRewrite[rewrite]
    let site = check.sites[index]
    let difference = site.difference
    return .object([
      ("site", .integer(index)),
      ("status", .string(site.status(tolerance: check.tolerance))),
      ("absolute", difference.map { .number($0.absolute) } ?? .null),
      ("relative", difference.map { .number($0.relative) } ?? .null),
      ("ulps", difference.map { .number($0.ulps) } ?? .null),
    ])
  }
}

extension SiteDifference {
  /// The figures in words.
  var phrase: String {
    switch mismatch {
    case .shape(let before, let after):
      return "blob '\(blob)' has the shape \(before), afterwards \(after)"
    case .notFinite(let count):
      return
        "\(Format.counted(count, "number")) of blob '\(blob)' \(count == 1 ? "is" : "are") finite on one side only"
    case .lostOutput: return "the net output '\(blob)' is gone"
    case .notRunnable(let error): return "afterwards it cannot be run: \(error.diagnostic.sentence)"
    case nil:
      guard absolute > 0 else { return "equal" }
      let place = channel.map { "channel \($0)'s" } ?? "the"
      return
        "blob '\(blob)' differs by \(Format.brief(absolute)), \(Format.brief(relative)) of \(place) largest number, \(Format.brief(ulps)) ulp"
    }
  }
}
