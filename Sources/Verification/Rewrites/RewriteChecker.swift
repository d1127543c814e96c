import CaffeIO
import Diagnostics
import Engine
import Forward
import Rules
import Synchronization

/// Runs, for every rewrite of a plan, the matched layers as they were and what replaces them on the same random
/// values, with the real weights, and tells how far apart they are.
///
///     let report = try RewriteChecker(plan, weights: file).check()
///     report.failures.isEmpty
///
/// Arithmetic is in Double throughout, so that what is seen is what the fold changed and the rounding of its
/// weights. Those are evaluated by the code that writes them, in chunks, from the bytes of the original: memory does
/// not grow with the model. The net after is read back from its text.
package struct RewriteChecker {
  /// The largest relative difference allowed unless told otherwise; Documentation/Design.md says why.
  package static let defaultTolerance = 1e-6

  /// How rewrites are checked.
  package struct Options: Sendable {
    /// The largest relative difference allowed, for weights in single precision.
    package var tolerance = RewriteChecker.defaultTolerance
    /// Where the random numbers begin.
    package var seed: UInt64 = 1
    /// Whether the plan takes stored statistics even where the definition asks for those of the batch.
    package var assumesStoredStatistics = false
    /// Field names and defaults.
    package var schema = Schema.caffe

    /// The defaults.
    package init() {}
  }

  private let plan: Plan
  private let weights: WeightsFile
  private let options: Options
  private let text: [UInt8]

  /// - Parameters:
  ///   - plan: what was planned.
  ///   - weights: the weights it was planned with.
  ///   - text: the net as it will be written, when the caller has it already.
  package init(_ plan: Plan, weights: WeightsFile, text: [UInt8]? = nil, options: Options = Options()) {
    self.plan = plan
    self.weights = weights
    self.text = text ?? DefinitionEmitter.text(of: plan.graph)
    self.options = options
  }

  /// Checks every rewrite, on all cores. Writes nothing.
  ///
  /// - Throws: `RewriteCheckError` for a plan that hangs together wrongly, `EmissionError` where weights cannot be
  ///   written as planned, `FileError` where they cannot be read.
  package func check() throws -> RewriteCheckReport {
    let path = plan.graph.definition.document.source.path
    let emitted = try NetDefinition(TextDocument(SourceText(path: path, bytes: text)))
    var finder = try SiteFinder(plan, emitted: emitted)
    let sites = try finder.sites()
    let run = SiteRun(finder, plan, weights: weights, options: options)
    // The largest first, so that no core ends up with it alone.
    let sizes = sites.map(run.size)
    let order = sites.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    let results = Mutex([Result<SiteCheck, any Error>?](repeating: nil, count: sites.count))
    Parallel.forEach(sites.count, work: sizes.reduce(0, +)) { turn in
      let index = order[turn]
      let result = Result { try run.check(sites[index], number: index) }
      results.withLock { $0[index] = result }
    }
    let checks = try results.withLock { $0 }.map { try $0!.get() }
    var siteOfRewrite = [Int](repeating: 0, count: plan.rewrites.count)
    for (index, site) in sites.enumerated() {
      for rewrite in site.rewrites { siteOfRewrite[rewrite] = index }
    }
    return RewriteCheckReport(sites: checks, siteOfRewrite: siteOfRewrite, tolerance: options.tolerance)
  }
}

/// Checks single sites; any number at a time.
private struct SiteRun: Sendable {
  private let before: NetGraph
  private let after: NetGraph
  private let plan: Plan
  private let nets: SiteNets
  private let weights: WeightsFile
  private let options: RewriteChecker.Options
  /// The layers of the net after whose blobs rewrites have changed.
  private let changed: Set<LayerID>

  init(_ finder: SiteFinder, _ plan: Plan, weights: WeightsFile, options: RewriteChecker.Options) {
    before = finder.before
    after = finder.after
    self.plan = plan
    self.weights = weights
    self.options = options
    nets = SiteNets(
      finder, plan, weights: weights, schema: options.schema,
      assumesStoredStatistics: options.assumesStoredStatistics)
    changed = Set(
      finder.planned.enumerated().filter { plan.graph.changes[$0.element]?.blobs != nil }
        .map { LayerID(index: $0.offset) })
  }

  /// How much there is to read.
  func size(_ site: RewriteSite) -> Int { nets.weightCount(site) }

  func check(_ site: RewriteSite, number: Int) throws -> SiteCheck {
    var check = SiteCheck(
      rewrites: site.rewrites, name: name(site), layers: site.before.map { before[$0].name },
      outcome: .nothing)
    if site.rewrites.contains(where: { plan.rewrites[$0].safety == .conversion }) {
      check.outcome = .conversion
      return check
    }
    guard !site.claims.isEmpty || !site.lostOutputs.isEmpty else { return check }
    do {
      try compare(site, number, into: &check)
    } catch let error as ForwardError {
      check.outcome = .notChecked(.layer(error))
    } catch let error as WireFormatError {
      check.outcome = .notChecked(.unreadable(message: error.diagnostic.sentence))
    }
    return check
  }

  private func name(_ site: RewriteSite) -> String {
    if let layer = site.after.first { return after[layer].name }
    if let layer = site.before.first { return before[layer].name }
    return plan.rewrites[site.rewrites[0]].layers.first?.name ?? ""
  }

  private func compare(_ site: RewriteSite, _ number: Int, into check: inout SiteCheck) throws {
    if let name = site.lostOutputs.first {
      check.outcome = .compared(SiteDifference(lostOutput: name))
      return
    }
    if let value = site.inputs.unrelated {
      check.outcome = .notChecked(.unrelated(blob: after.blobName(of: value)))
      return
    }
    let (first, second) = (try nets.before(site), try nets.after(site))
    let samples = try SiteSamples(site, first, second)
    let values = samples.values(seed: options.seed &+ UInt64(number) &* 1_000_003)
    let a = try first.run(site.inputs.before.mapValues { values[$0] }, BlobEvaluator(weights))
    var ranges: [(layer: String, collector: WeightRangeCollector)] = []
    let inputs = site.inputs.after.mapValues { values[$0] }
    let layers = Dictionary(
      zip(second.steps.map(\.subject.name), site.after).filter { changed.contains($0.1) }.map {
        ($0.0, $0.1)
      },
      uniquingKeysWith: { first, _ in first })
    let b = try second.run(inputs, BlobEvaluator(weights)) { step, first, weights in
      guard layers[step.subject.name] != nil else { return }
      if first == 0 { ranges.append((step.subject.name, WeightRangeCollector(step))) }
      ranges[ranges.count - 1].collector.add(weights, from: first)
    }
    check.weights = ranges.map { $0.collector.range(layer: $0.layer) }
    let storages = second.steps.filter { layers[$0.subject.name] != nil }.flatMap { $0.blobs.map(\.storage) }
    let storage = storages.max { $0.coarseness < $1.coarseness } ?? .float
    check.coarseness = storage.coarseness
    check.outcome = .compared(worst(site, a, b, storage))
    if storage.coarseness > 1 {
      let exact = try second.run(inputs, BlobEvaluator(weights, .unrounded))
      check.unrounded = worst(site, a, exact, storage)
    }
  }

  private func worst(
    _ site: RewriteSite, _ a: [ValueID: NetValue<Double>], _ b: [ValueID: NetValue<Double>],
    _ storage: BlobStorage
  ) -> SiteDifference {
    site.claims.map { claim in
      SiteDifference(
        blob: before.blobName(of: claim.before), a[claim.before]!, b[claim.after]!, storage: storage)
    }.max { $0.relative < $1.relative }!
  }
}

extension WeightRangeCollector {
  /// Collects the first blob of a layer.
  fileprivate init(_ step: SiteSide.Step) {
    if let layer = step.layer as? any WeightStreaming {
      let layout = layer.outputLayout
      self.init(layout, channels: layout.factors.count)
    } else {
      let count = step.blobs[0].count
      self.init(ChannelScale(factors: [], inner: 1, modulus: max(count, 1)), channels: count)
    }
  }
}
