import CaffeIO
import Diagnostics
import Engine
import Layers
import Locks
import RuleModel
import Rules
import Threads

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
    /// Whether `tolerance` holds for approximate rules too that state none of their own. Otherwise their differences are measured
    /// and not judged, as in a proof: what they change is meant.
    package var judgesApproximate = false
    /// Where the random numbers begin.
    package var seed: UInt64 = 1
    /// Whether the plan takes stored statistics even where the definition asks for those of the batch.
    package var assumesStoredStatistics = false
    /// Field names and defaults.
    package var schema = Schema.caffe
    /// What layers compute that the executor does not know.
    package var layouts: [BlobLayout] = []
    /// The definitions of layers that neither the executor nor a layout knows.
    package var definitions: [TypeDefinition] = []

    /// The defaults.
    package init() {}
  }

  private let plan: Plan
  private let weights: WeightsFile
  private let options: Options
  private let text: [UInt8]
  private let withoutConversions: (() throws -> Plan)?

  /// - Parameters:
  ///   - plan: what was planned.
  ///   - weights: the weights it was planned with.
  ///   - text: the net as it will be written, when the caller has it already.
  ///   - withoutConversions: makes the plan by the same rules without those that convert the net: folds of layers that a
  ///     conversion changed too are checked in it.
  package init(
    _ plan: Plan, weights: WeightsFile, text: [UInt8]? = nil, options: Options = Options(),
    withoutConversions: (() throws -> Plan)? = nil
  ) {
    self.plan = plan
    self.withoutConversions = withoutConversions
    self.weights = weights
    self.text = text ?? DefinitionEmitter.text(of: plan.graph)
    self.options = options
  }

  /// Checks every rewrite, on all cores. Writes nothing.
  ///
  /// - Throws: `RewriteCheckError` for a plan that hangs together wrongly, `EmissionError` where weights cannot be
  ///   written as planned, `FileError` where they cannot be read.
  package func check() throws -> RewriteCheckReport {
    let report = try checkSites()
    guard let withoutConversions, report.sites.contains(where: { mixes($0) }) else { return report }
    let other = try withoutConversions()
    return report.replacingMixed(
      plan, by: try RewriteChecker(other, weights: weights, options: options).checkSites(), of: other)
  }

  private func mixes(_ site: SiteCheck) -> Bool {
    guard case .conversion = site.outcome else { return false }
    return site.rewrites.contains { plan.rewrites[$0].safety != .conversion }
  }

  private func checkSites() throws -> RewriteCheckReport {
    let path = plan.graph.definition.document.source.path
    let emitted = try NetDefinition(TextDocument(SourceText(path: path, bytes: text)))
    var finder = try SiteFinder(plan, emitted: emitted)
    let sites = try finder.sites()
    let run = try SiteRun(finder, sites, plan, weights: weights, options: options)
    // The largest first, so that no core ends up with it alone; all work on one that is too large even so.
    let sizes = sites.map(run.size)
    var order = sites.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }[...]
    var rest = sizes.reduce(0, +)
    let results = Guarded([Result<SiteCheck, any Error>?](repeating: nil, count: sites.count))
    func check(_ index: Int, threads: Int) {
      let result = Result { try run.check(sites[index], number: index, threads: threads) }
      results.withLock { $0[index] = result }
    }
    while let index = order.first, sizes[index] > rest / Parallel.threadCount {
      check(index, threads: Parallel.threadCount)
      rest -= sizes[index]
      order.removeFirst()
    }
    Parallel.forEach(order.count, work: rest) { check(order[order.startIndex + $0], threads: 1) }
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
  init(
    _ finder: SiteFinder, _ sites: [RewriteSite], _ plan: Plan, weights: WeightsFile,
    options: RewriteChecker.Options
  ) throws {
    before = finder.before
    after = finder.after
    self.plan = plan
    self.weights = weights
    self.options = options
    nets = try SiteNets(finder, sites, plan, weights: weights, options: options)
  }

  /// How much there is to read.
  func size(_ site: RewriteSite) -> Int { nets.weightCount(site) }

  /// What the rule of a rewrite allows whatever the tolerance of the run is; nil where that of the run holds.
  private func ownTolerance(of rewrite: RewriteRecord) -> Double? {
    let isMeasured = rewrite.safety == .approximate && !options.judgesApproximate
    return rewrite.tolerance ?? (isMeasured ? SiteCheck.unjudged : nil)
  }

  func check(_ site: RewriteSite, number: Int, threads: Int) throws -> SiteCheck {
    var check = SiteCheck(
      rewrites: site.rewrites, name: name(site), layers: site.before.map { before[$0].name },
      outcome: .nothing)
    check.ownTolerance = site.rewrites.compactMap { ownTolerance(of: plan.rewrites[$0]) }.max()
    if site.rewrites.contains(where: { plan.rewrites[$0].safety == .conversion }) {
      check.outcome = .conversion
      return check
    }
    guard !site.claims.isEmpty || !site.lostOutputs.isEmpty else { return check }
    do {
      try compare(site, number, threads, into: &check)
    } catch let error as LayerError {
      check.outcome = .notChecked(.layer(error))
      check.weights = ranges(site)
    } catch let error as WireFormatError {
      check.outcome = .notChecked(.unreadable(message: error.diagnostic.sentence))
    }
    return check
  }

  private func name(_ site: RewriteSite) -> Name {
    if let layer = site.after.first { return after[layer].name }
    if let layer = site.before.first { return before[layer].name }
    return plan.rewrites[site.rewrites[0]].layers.first?.name ?? ""
  }

  private func compare(_ site: RewriteSite, _ number: Int, _ threads: Int, into check: inout SiteCheck) throws
  {
    if let name = site.lostOutputs.first {
      check.outcome = .compared(SiteDifference(lostOutput: name))
      return
    }
    if let value = site.inputs.unrelated {
      check.outcome = .notChecked(.unrelated(blob: after.blobName(of: value)))
      return
    }
    let first = try nets.before(site)
    let blob = site.claims.first.map { before.blobName(of: $0.before) } ?? check.name
    let second: SiteSide
    switch after(site) {
    case .success(let side): second = side
    case .failure(let error):
      guard error.isContradiction else { throw error }
      check.outcome = .compared(SiteDifference(blob: blob, notRunnable: error))
      return
    }
    do {
      try compare(site, first, second, try SiteSamples(site, first, second), number, threads, into: &check)
      // Small shapes may have other axes than the net's; whether that is it the net's shapes tell.
      guard case .shape? = check.difference?.mismatch else { return }
      let found = check
      if try !compareAsKnown(site, first, second, blob, number, threads, into: &check) { check = found }
    } catch let error as LayerError {
      guard try compareAsKnown(site, first, second, blob, number, threads, into: &check) else { throw error }
    }
  }

  private func after(_ site: RewriteSite) -> Result<SiteSide, LayerError> {
    Result { () throws(LayerError) in try nets.after(site) }
  }

  /// Compares on values of the shapes that the net gives them; false where they are not known, or cannot be run.
  private func compareAsKnown(
    _ site: RewriteSite, _ first: SiteSide, _ second: SiteSide, _ blob: Name, _ number: Int,
    _ threads: Int, into check: inout SiteCheck
  ) throws -> Bool {
    guard let shapes = nets.knownShapes(of: site.inputs) else { return false }
    // Planes that are made smaller may hide that a shape changes: a stride shows on more than one place.
    if let difference = try? shapeDifference(site, first, second, shapes) {
      check.outcome = .compared(difference)
      return true
    }
    var isCompared = false
    for candidate in SiteSamples.reduced(shapes) {
      do {
        guard let samples = try SiteSamples(candidate, site, first, second) else { continue }
        try compare(site, first, second, samples, number, threads, into: &check)
        isCompared = true
        // Sizes that were rounded may make other ones: what counts is the net's own, if there is room for them.
        guard case .shape? = check.difference?.mismatch else { return true }
      } catch let unfit as SiteSamples.Unfit {
        guard case .after(let error) = unfit, candidate == shapes else { continue }
        check.outcome = .compared(SiteDifference(blob: blob, notRunnable: error))
        return true
      }
    }
    return isCompared
  }

  /// The first value whose shape differs where the inputs have the net's own shapes; nil where all agree.
  private func shapeDifference(
    _ site: RewriteSite, _ first: SiteSide, _ second: SiteSide, _ shapes: [[Int]]
  ) throws(LayerError) -> SiteDifference? {
    let before = try first.shapes(site.inputs.before.mapValues { shapes[$0] })
    let after = try second.shapes(site.inputs.after.mapValues { shapes[$0] })
    for claim in site.claims {
      guard let old = before[claim.before], let new = after[claim.after], old != new else { continue }
      return SiteDifference(blob: self.before.blobName(of: claim.before), shapeBefore: old, after: new)
    }
    return nil
  }

  private func compare(
    _ site: RewriteSite, _ first: SiteSide, _ second: SiteSide, _ samples: SiteSamples, _ number: Int,
    _ threads: Int, into check: inout SiteCheck
  ) throws {
    let changed = second.steps.filter { nets.isChanged($0.id) }
    let storage = changed.flatMap { $0.blobs.map(\.storage) }.max { $0.coarseness < $1.coarseness } ?? .float
    check.coarseness = storage.coarseness
    // Ranges are those of the numbers before they are rounded to half precision.
    let ranged = storage.coarseness > 1 ? 2 : 1
    let (old, new) = (Set(changed.compactMap { nets.original(of: $0.id) }), Set(changed.map(\.id)))
    var trials: [[[ValueID: NetValue<Double>]]] = []
    func run(collecting: Bool, _ spread: SampleSpread = .within(1)) throws -> SitePass {
      let seed = options.seed &+ UInt64(number) &* 1_000_003 &+ UInt64(trials.count) &* 7_919
      let values = samples.values(seed: seed, spread)
      let inputs = site.inputs.after.mapValues { values[$0] }
      var pass = SitePass(weights, threads: threads) { side, step in
        guard collecting, (side == 0 ? old : side == ranged ? new : []).contains(step.id) else { return nil }
        return WeightRangeCollector(of: step, isDetailed: side == ranged)
      }
      pass.add(first, site.inputs.before.mapValues { values[$0] })
      pass.add(second, inputs)
      if storage.coarseness > 1 { pass.add(second, inputs, .unrounded) }
      trials.append(try pass.run())
      return pass
    }
    func judge() {
      let found = differences(site, trials.map { ($0[0], $0[1]) }, storage)
      let worst = found.max { $0.relative < $1.relative }!
      check.outcome = .compared(worst)
      // A value without a number cannot be compared. The site is not checked then, unless another value differs.
      if let open = found.first(where: { !$0.hasNumbers }), check.passes(tolerance: options.tolerance) {
        check.outcome = .notChecked(.withoutNumbers(blob: open.blob))
      }
      if trials[0].count > 2 {
        check.unrounded = differences(site, trials.map { ($0[0], $0[2]) }, storage).max {
          $0.relative < $1.relative
        }
      }
    }
    let pass = try run(collecting: true)
    judge()
    // A channel may be small in a few samples by chance, and what its bias was rounded by is not: before a no more are
    // drawn, and judged with them.
    while !check.passes(tolerance: options.tolerance), trials.count < Self.mostTrials,
      check.difference.map({ $0.relative < Self.nearby * check.allowed(tolerance: options.tolerance) })
        ?? false
    {
      _ = try run(collecting: false)
      judge()
    }
    // Channels are held to their own numbers, so sizes are judged one by one.
    for spread in check.passes(tolerance: options.tolerance) ? spreads(first, second, trials[0]) : [] {
      let kept = (check, trials)
      trials = []
      _ = try run(collecting: false, spread)
      judge()
      if check.passes(tolerance: options.tolerance * spread.allowance) {
        (check, trials) = kept
      } else {
        break
      }
    }
    check.normalisations = pass.conditions
    check.weights = pass.collected[ranged].map { collected in
      let original = nets.original(of: collected.step.id)
      return WeightRange(
        of: collected.step, collected.collector,
        // What was another kind of layer before had other numbers in its blobs.
        before: pass.collected[0].first {
          $0.step.id == original && $0.step.subject.type == collected.step.subject.type
        }?.collector, bias: collected.bias)
    }
  }

  /// The sizes of numbers that a site is run on beside the usual one: none where no layer bends.
  private func spreads(
    _ first: SiteSide, _ second: SiteSide, _ values: [[ValueID: NetValue<Double>]]
  ) -> [SampleSpread] {
    let bending = [first, second].map { $0.steps.filter { !$0.layer.bendsNowhere } }
    let numbers = bending.flatMap { $0 }.flatMap(\.numbers)
    guard bending.contains(where: { !$0.isEmpty }) else { return [] }
    var reaching = ReachingScales(numbers)
    for (side, steps) in bending.enumerated() {
      for bottom in steps.flatMap(\.bottoms) {
        if let value = values[side][bottom] { reaching.add(largest: value.largestMagnitude) }
      }
    }
    return (ReachingScales.usual + reaching.scales).map(SampleSpread.within) + [.around(reaching.targets)]
  }

  /// So often values are drawn before a difference is one.
  private static let mostTrials = 8
  /// A difference this many times too large is no chance.
  private static let nearby = 100.0

  /// The ranges of weights in a site that cannot be run.
  private func ranges(_ site: RewriteSite) -> [WeightRange] {
    site.after.filter(nets.isChanged).compactMap { layer in
      guard let step = try? nets.step(after: layer), let first = step.blobs.first else { return nil }
      guard var collector = WeightRangeCollector(of: step, isDetailed: true) else { return nil }
      let evaluator = BlobEvaluator(weights, .unrounded)
      guard let pass = try? BlobPass(weights, [BlobPass.Form(first, .unrounded)]),
        (try? pass.run(0..<first.count) { collector.add($1[0], from: $0) }) != nil
      else { return nil }
      let bias = step.blobs.count > 1 ? try? evaluator.values(of: step.blobs[1]) : nil
      return WeightRange(of: step, collector, bias: bias)
    }
  }

  /// How far the values are apart that layers behind the site read.
  private func differences(
    _ site: RewriteSite, _ trials: [([ValueID: NetValue<Double>], [ValueID: NetValue<Double>])],
    _ storage: BlobStorage
  ) -> [SiteDifference] {
    site.claims.map { claim in
      SiteDifference(
        blob: before.blobName(of: claim.before),
        trials.map { ($0.0[claim.before]!, $0.1[claim.after]!) }, storage: storage)
    }
  }
}

extension WeightRangeCollector {
  /// Collects the first blob of a layer; nil where that has not the numbers that the layer needs.
  fileprivate init?(of step: SiteSide.Step, isDetailed: Bool) {
    if let layer = step.layer as? any WeightStreaming {
      guard let geometry = try? layer.geometry(ofWeights: step.blobs[0].shape) else { return nil }
      let layout = geometry.output.scale(Array(repeating: 1, count: geometry.outputCount))
      guard layout.covers(count: step.blobs[0].count) else { return nil }
      self.init(layout, channels: layout.factors.count, isDetailed: isDetailed)
    } else {
      let count = step.blobs[0].count
      self.init(
        ChannelScale(factors: [], inner: 1, modulus: max(count, 1)), channels: count, isDetailed: isDetailed)
    }
  }
}
