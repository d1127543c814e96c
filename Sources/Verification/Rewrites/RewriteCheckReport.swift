import CaffeIO
import Diagnostics
import Engine
import Layers

/// What checking every rewrite of a plan found.
package struct RewriteCheckReport: Sendable {
  /// The sites, in the order of their first rewrites.
  package var sites: [SiteCheck]
  /// By place in `Plan.rewrites`, the place of its site in `sites`.
  package var siteOfRewrite: [Int]
  /// The largest relative difference allowed, for weights in single precision.
  package var tolerance: Double

  /// The sites that do not compute what they computed.
  package var failures: [SiteCheck] { sites.filter { !$0.passes(tolerance: tolerance) } }
  /// The compared site with the largest relative difference.
  package var worst: SiteCheck? {
    sites.filter { $0.difference != nil }.max { $0.difference!.relative < $1.difference!.relative }
  }
  /// How many rewrites lie in sites that were compared.
  package var comparedRewrites: Int { count { if case .compared = $0 { true } else { false } } }
  /// How many rewrites lie in sites that could not be run.
  package var uncheckedRewrites: Int { count { if case .notChecked = $0 { true } else { false } } }
  /// How many rewrites convert the net on purpose.
  package var conversions: Int { count { if case .conversion = $0 { true } else { false } } }

  /// The same report, with folds that were made of the same layers as conversions held to what came of them in a plan without
  /// conversions.
  func replacingMixed(_ plan: Plan, by other: RewriteCheckReport, of otherPlan: Plan) -> RewriteCheckReport {
    var result = self
    var places: [FoldKey: Int] = [:]
    for (rewrite, applied) in otherPlan.rewrites.enumerated() {
      places[FoldKey(applied)] = other.siteOfRewrite[rewrite]
    }
    var taken: [Int: Int] = [:]
    for index in sites.indices {
      guard case .conversion = sites[index].outcome else { continue }
      var unknown: [Int] = []
      for rewrite in sites[index].rewrites where plan.rewrites[rewrite].safety != .conversion {
        result.sites[index].rewrites.removeAll { $0 == rewrite }
        guard let place = places[FoldKey(plan.rewrites[rewrite])] else {
          unknown.append(rewrite)
          continue
        }
        if taken[place] == nil {
          taken[place] = result.sites.count
          var site = other.sites[place]
          site.rewrites = []
          result.sites.append(site)
        }
        result.sites[taken[place]!].rewrites.append(rewrite)
        result.siteOfRewrite[rewrite] = taken[place]!
      }
      guard !unknown.isEmpty else { continue }
      for rewrite in unknown { result.siteOfRewrite[rewrite] = result.sites.count }
      var site = sites[index]
      (site.rewrites, site.outcome) = (unknown, .notChecked(.converted))
      result.sites.append(site)
    }
    result.sites.removeAll { $0.rewrites.isEmpty }
    for (index, site) in result.sites.enumerated() {
      for rewrite in site.rewrites { result.siteOfRewrite[rewrite] = index }
    }
    return result
  }

  /// A rewrite by its rule and the layers of the original net that it matched.
  private struct FoldKey: Hashable {
    let rule: String
    let layers: [Name]

    init(_ rewrite: RewriteRecord) {
      rule = rewrite.rule
      layers = rewrite.layers.map(\.name).sorted()
    }
  }

  private func count(_ condition: (SiteCheck.Outcome) -> Bool) -> Int {
    siteOfRewrite.count { condition(sites[$0].outcome) }
  }
}

/// What checking one site found.
package struct SiteCheck: Sendable {
  /// What came of it.
  package enum Outcome: Sendable {
    /// Both sides were run on the same values.
    case compared(SiteDifference)
    /// A side cannot be run.
    case notChecked(SiteObstacle)
    /// A rule changes on purpose what the net takes or gives.
    case conversion
    /// The phase leaves its layers out, or nobody reads what they make: there is nothing to compare.
    case nothing
  }

  /// The rewrites, as places in `Plan.rewrites`.
  package var rewrites: [Int]
  /// The layer that it is named after: the first that stays, else the first that goes.
  package var name: Name
  /// The layers of the net before.
  package var layers: [Name]
  /// What came of it.
  package var outcome: Outcome
  /// The difference before weights are rounded to half precision; nil where they are not.
  package var unrounded: SiteDifference?
  /// How coarse the type of its weights is against single precision.
  package var coarseness = 1.0
  /// The tolerance of a rewrite whose difference is measured and not judged. What cannot be compared is beyond it.
  package static let unjudged = Double.greatestFiniteMagnitude
  /// The largest relative difference that one of its rules allows; nil where no rule states one.
  package var ownTolerance: Double?
  /// The weights that changed.
  package var weights: [WeightRange] = []
  /// The normalisations among the layers before.
  package var normalisations: [NormalisationCondition] = []

  /// The difference as written, where both sides were run.
  package var difference: SiteDifference? {
    if case .compared(let difference) = outcome { return difference }
    return nil
  }

  /// Whether its difference is held against a tolerance.
  package var isJudged: Bool { ownTolerance != Self.unjudged }

  /// The largest relative difference allowed for the site's number type.
  package func allowed(tolerance: Double) -> Double { max(tolerance * coarseness, ownTolerance ?? 0) }

  /// The same before weights are rounded to half precision.
  package func allowedUnrounded(tolerance: Double) -> Double { max(tolerance, ownTolerance ?? 0) }

  /// Whether nothing speaks against the site.
  ///
  /// A net in half precision may be off by what half precision loses, but without that loss only by as much as any
  /// other.
  package func passes(tolerance: Double) -> Bool {
    guard let difference else { return true }
    return difference.relative <= allowed(tolerance: tolerance)
      && unrounded?.relative ?? 0 <= allowedUnrounded(tolerance: tolerance)
  }
}

/// Why a site cannot be run.
package enum SiteObstacle: Sendable, Equatable {
  /// A layer is of a type, or has parameters, that the executor does not know; or its blobs do not fit.
  case layer(LayerError)
  /// Nothing is known about a value that the layers after the rewrites read.
  case unrelated(blob: Name)
  /// A value that is empty, or in which all numbers are NaN or infinite, before as well as after.
  case withoutNumbers(blob: Name)
  /// What it reads is there only because of a conversion.
  case converted
  /// Blobs that cannot be read.
  case unreadable(message: String)
}

/// What makes checking impossible as a whole: a defect of the plan.
package enum RewriteCheckError: Error, Sendable, Equatable {
  /// The text has another number of layers than was planned.
  case layerCount(planned: Int, written: Int)
  /// A layer that nothing touched reads something else than before.
  case wrongConnection(blob: Name, other: Name)
}
