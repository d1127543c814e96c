import Diagnostics
import Engine
import Verification

/// Some rewrites do not compute what the layers computed that they replace.
struct RewriteCheckFailure: DiagnosticError {
  /// The report of the run, as far as it went.
  let report: FoldReport
  let check: RewriteCheckReport

  private static let shown = 3

  var diagnostic: Diagnostic {
    let failures = check.failures.sorted {
      ($1.difference?.relative ?? 0) < ($0.difference?.relative ?? 0)
    }
    let rules = CheckReport.ruleNames(failures[0], report.plan)
    var notes = failures.dropFirst().prefix(Self.shown).map(sentence)
    if failures.count > Self.shown + 1 {
      notes.append("\(Format.counted(failures.count - Self.shown - 1, "more place")) in --format json")
    }
    let ignore = "--ignore \(rules.joined(separator: ","))"
    let remedy =
      failures[0].difference?.mismatch == nil
      ? "correct the rule, leave it out with \(ignore), or allow the difference with --tolerance"
      : "correct the rule, or leave it out with \(ignore)"
    return Diagnostic(
      .error, at: .none, "\(sentence(failures[0])); nothing was written; \(remedy)", notes: notes)
  }

  private func sentence(_ site: SiteCheck) -> String {
    let rules = CheckReport.ruleNames(site, report.plan)
    let subject = "\(CheckReport.names(rules, "rule")) \(rules.count == 1 ? "does" : "do") not keep what"
    let layers = CheckReport.names(site.layers, "layer")
    var difference = site.difference
    var allowed = site.allowed(tolerance: check.tolerance)
    var what = ""
    if let unrounded = site.unrounded, unrounded.relative > check.tolerance {
      (difference, allowed) = (unrounded, check.tolerance)
      what = " before rounding to half precision"
    }
    let tolerance =
      difference?.mismatch == nil ? "; the tolerance is \(Format.scientific(allowed))" : ""
    return
      "\(subject) \(layers) \(site.layers.count == 1 ? "computes" : "compute"): \(difference?.phrase ?? "")\(what)\(tolerance)"
  }
}
