import CaffoldKit
import Diagnostics
import Engine
import Verification

/// Why nothing was written though nothing was wrong with the input: some rewrites do not compute what the layers computed
/// that they replace, or the folded net does not.
struct FoldFailure {
  private let result: FoldResult

  private static let shown = 3

  /// Nil where the fold went well.
  init?(_ result: FoldResult) {
    if result.outcome == .done { return nil }
    self.result = result
  }

  /// The comparison of the nets, where that failed.
  var verification: VerifyReport? {
    guard result.outcome == .netsDiffer else { return nil }
    return result.verification.map { VerifyReport($0, verbose: false) }
  }

  var diagnostic: Diagnostic {
    guard result.outcome == .checkFailed, let check = result.check else { return netsDiffer }
    let failures = check.failures.sorted {
      ($1.difference?.relative ?? 0) < ($0.difference?.relative ?? 0)
    }
    let rules = CheckReport.ruleNames(failures[0], result.plan)
    var notes = failures.dropFirst().prefix(Self.shown).map { sentence($0, check) }
    if failures.count > Self.shown + 1 {
      notes.append("\(Format.counted(failures.count - Self.shown - 1, "more place")) in --format json")
    }
    let ignore = "--ignore \(rules.joined(separator: ","))"
    let remedy =
      failures[0].difference?.mismatch == nil
      ? "correct the rule, leave it out with \(ignore), or allow the difference with --tolerance"
      : "correct the rule, or leave it out with \(ignore)"
    return Diagnostic(
      .error, at: .none, "\(sentence(failures[0], check)); nothing was written; \(remedy)", notes: notes)
  }

  private func sentence(_ site: SiteCheck, _ check: RewriteCheckReport) -> String {
    let rules = CheckReport.ruleNames(site, result.plan)
    let subject = "\(CheckReport.names(rules, "rule")) \(rules.count == 1 ? "does" : "do") not keep what"
    let layers = CheckReport.names(site.layers, "layer")
    var difference = site.difference
    var allowed = site.allowed(tolerance: check.tolerance)
    var what = ""
    let allowedUnrounded = site.allowedUnrounded(tolerance: check.tolerance)
    if let unrounded = site.unrounded, unrounded.relative > allowedUnrounded {
      (difference, allowed) = (unrounded, allowedUnrounded)
      what = " before rounding to half precision"
    }
    let tolerance =
      difference?.mismatch == nil ? "; the tolerance is \(Format.brief(allowed))" : ""
    return
      "\(subject) \(layers) \(site.layers.count == 1 ? "computes" : "compute"): \(difference?.phrase ?? "")\(what)\(tolerance)"
  }

  private var netsDiffer: Diagnostic {
    if let verdict = result.verification?.verdict, [.nothingCompared, .incomplete].contains(verdict) {
      let empty = result.verification?.comparison.withoutNumbers ?? []
      guard empty.isEmpty else {
        return Diagnostic(
          .error, at: .none,
          "no number of \(Format.names(empty)) is finite, in the original or in the folded net, so they were not compared and nothing was written; correct the weights, or leave --verify out"
        )
      }
      return Diagnostic(
        .error, at: .none,
        "not all outputs of the folded net could be compared with the original, so nothing was written; give the shapes with --input-shape, or leave --verify out"
      )
    }
    return Diagnostic(
      .error, at: .none,
      "the folded net differs from the original, so nothing was written; --only-layer and --skip-layer narrow it down"
    )
  }
}
