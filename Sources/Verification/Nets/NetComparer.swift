import Diagnostics
import Layers

/// Runs two nets side by side on the same inputs and compares what they compute.
///
/// Blobs are compared by name, each as it stands after the whole net has run, which is what a user reads from
/// Caffe. The nets go ahead layer by layer, so a value is given up soon after it was compared. A layer of a type that cannot be
/// run cuts the nets: what it makes is not compared, and both nets are given the same values instead, so that what stands
/// behind it is. Where a layer makes indices (ArgMax, a pooling's mask) of values that are equal within the tolerance, the
/// second net goes on with the indices of the first: which of two equal values wins is a matter of rounding.
package struct NetComparer {
  private let first: NetRunner
  private let second: NetRunner
  private let tolerance: Double
  private let handedOver: Set<Name>
  /// Outputs that only one of the nets may have.
  private let changedOutputs: Set<Name>
  private let pairs: StepPairs
  /// Blobs that both nets have, in the order of the first net.
  private let names: [Name]
  private let common: Set<Name>
  private let cuts: Cuts
  /// Blobs that a layer of either net reads.
  private let readTops: Set<Name>
  private var found = Findings()

  /// What was seen in all samples so far.
  private struct Findings {
    var samples = 0
    var differences: [Name: BlobDifference] = [:]
    var agreement: [Name: (top1: Int, top5: Int, rows: Int)] = [:]
    var ties: [Name: Int] = [:]
    var replaced: [Name: [Int]] = [:]
    /// Steps of the first net whose partner reads other values.
    var readsOthers: Set<Int> = []
    /// Those of them whose partner makes the same of them.
    var hides: Set<Int> = []
  }

  /// Layers that cannot be run.
  private struct Cuts {
    /// Tops that neither net makes: both are given the same values.
    var inBoth: Set<Name>
    /// Tops that either net does not make.
    var inEither: Set<Name>
  }

  /// The most bytes that the values of both nets may take at a time.
  package static let memoryLimit = 1 << 29

  /// Compares these nets.
  ///
  /// - Parameters:
  ///   - tolerance: the largest difference allowed, relative to a blob's largest magnitude.
  ///   - converted: what the second net changes on purpose.
  package init(
    _ first: NetRunner, _ second: NetRunner, tolerance: Double, converted: ConvertedBlobs = ConvertedBlobs()
  ) {
    self.first = first
    self.second = second
    self.tolerance = tolerance
    pairs = StepPairs(first, second)
    let others = Set(Self.names(of: second))
    names = Self.names(of: first).filter(others.contains)
    common = Set(names)
    handedOver = converted.handedOver.intersection(common)
    changedOutputs = converted.outputs
    readTops = Set((first.steps + second.steps).flatMap(\.bottoms))
    let (own, other) = (first.steps.filter(\.isCut), second.steps.filter(\.isCut))
    cuts = Cuts(
      inBoth: Set(own.flatMap(\.tops)).intersection(other.flatMap(\.tops)),
      inEither: Set((own + other).flatMap(\.tops)))
  }

  /// The blob names of a net, in the order they are first written.
  private static func names(of net: NetRunner) -> [Name] {
    var seen: Set<Name> = []
    return (net.inputs.map(\.name) + net.steps.flatMap(\.tops)).filter { seen.insert($0).inserted }
  }

  /// Runs both nets on one sample.
  ///
  /// - Parameters:
  ///   - inputs: values for the inputs of both nets that layers read.
  ///   - cut: values for a top of a layer that cannot be run, by its name and the shape of the layer's first bottom where that
  ///     is known; nil leaves out what stands behind.
  ///   - allowance: how many times larger than the tolerance differences may be. A sample of another size than the usual one,
  ///     whose allowance is more than 1, can show a difference; it is not counted, and its smaller differences are not kept.
  ///   - observing: is shown what each layer of a net (0, 1) reads, by its place in `NetRunner.steps`.
  package mutating func run<S: NetScalar>(
    _ inputs: [Name: NetValue<S>], allowance: Double = 1,
    cut: (_ blob: Name, _ bottom: [Int]?) -> NetValue<S>? = { _, _ in nil },
    observing: (_ net: Int, _ place: Int, _ bottoms: [NetValue<S>?]) -> Void = { _, _, _ in }
  ) throws {
    func own(_ net: NetRunner) -> [Name: NetValue<S>] {
      inputs.filter { input in net.inputs.contains { $0.name == input.key } }
    }
    var run = SideBySide<S>(
      allowance: allowance, first: try NetExecution(first, inputs: own(first)),
      second: try NetExecution(second, inputs: own(second)))
    for name in names {
      guard let value = inputs[name] else { continue }
      if first.isLegacyInput(name) { compare(name, value, isFirst: true, &run) }
      if second.isLegacyInput(name) { compare(name, value, isFirst: false, &run) }
    }
    while let step = run.first.next {
      let place = run.first.place
      let bottoms = run.first.bottoms
      observing(0, place, bottoms)
      run.first.limit = Self.memoryLimit / MemoryLayout<S>.size - run.second.liveCount - run.waitingCount
      // Drawn where the first net needs them; the second gets the same ones.
      var drawn = run.drawn
      let tops = try run.first.run { step, bottoms in
        for top in step.tops where drawn[top] == nil && cuts.inBoth.contains(top) && readTops.contains(top) {
          drawn[top] = cut(top, bottoms.first??.shape)
        }
        return Self.values(of: step, from: drawn)
      }
      run.drawn = drawn
      if pairs.partners[place] != nil { run.done[place] = (bottoms, tops) }
      for (name, (version, value)) in zip(step.tops, zip(step.writes, tops))
      where first.lastVersions[name] == version && common.contains(name) {
        if let value { compare(name, value, isFirst: true, &run) }
      }
      try advanceSecond(&run, isLast: false, observing)
    }
    try advanceSecond(&run, isLast: true, observing)
    if allowance == 1 { found.samples += 1 }
  }

  /// One sample while it runs.
  private struct SideBySide<S: NetScalar> {
    /// How many times larger than the tolerance differences may be.
    let allowance: Double
    var first: NetExecution<S>
    var second: NetExecution<S>
    /// Values for the tops of layers that cannot be run.
    var drawn: [Name: NetValue<S>] = [:]
    /// Bottoms and tops of layers of the first net whose partners have not been run.
    var done: [Int: (bottoms: [NetValue<S>?], tops: [NetValue<S>?])] = [:]
    /// Last versions of blobs that the other net has not made yet.
    var waiting: [Name: NetValue<S>] = [:]
    var waitingOfSecond: [Name: NetValue<S>] = [:]
    /// Last versions of blobs of the first net that the second one is given.
    var handed: [Name: NetValue<S>] = [:]
    /// Whether values of both nets agree, by their versions.
    var areEqual: [VersionPair: Bool] = [:]

    var waitingCount: Int { waitingOfSecond.values.reduce(0) { $0 + $1.values.count } }
  }

  private struct VersionPair: Hashable {
    var first: Int
    var second: Int
  }

  /// Runs the second net as far as the first has come.
  private mutating func advanceSecond<S: NetScalar>(
    _ run: inout SideBySide<S>, isLast: Bool, _ observing: (Int, Int, [NetValue<S>?]) -> Void
  ) throws {
    while let step = run.second.next {
      let place = run.second.place
      let partner = pairs.partnersOfSecond[place]
      guard isLast || isReady(step, partner, run) else { return }
      let bottoms = run.second.bottoms
      observing(1, place, bottoms)
      run.second.limit = Self.memoryLimit / MemoryLayout<S>.size - run.first.liveCount - run.waitingCount
      let drawn = run.drawn
      var replaced: [Name: [Int]] = [:]
      var tops = try run.second.run { step, _ in
        let values = Self.values(of: step, from: drawn)
        for (top, value) in zip(step.tops, values ?? []) { replaced[top] = value.shape }
        return values
      }
      found.replaced.merge(replaced) { $1 }
      for (index, name) in step.tops.enumerated() where second.lastVersions[name] == step.writes[index] {
        guard let value = run.handed[name] else { continue }
        run.second.replaceTop(index, with: value)
        tops[index] = nil
      }
      if let partner { settle(partner, place, step, bottoms, &tops, &run) }
      for (name, (version, value)) in zip(step.tops, zip(step.writes, tops))
      where second.lastVersions[name] == version && common.contains(name) {
        if let value { compare(name, value, isFirst: false, &run) }
      }
    }
  }

  /// Whether the first net has run what a layer of the second is to be compared with.
  private func isReady<S: NetScalar>(
    _ step: NetRunner.Step, _ partner: Int?, _ run: SideBySide<S>
  ) -> Bool {
    if let partner, partner >= run.first.place { return false }
    return step.tops.allSatisfy { name in
      !handedOver.contains(name) || run.handed[name] != nil || run.first.next == nil
    }
  }

  /// Compares what two layers that are partners read and make.
  private mutating func settle<S: NetScalar>(
    _ partner: Int, _ place: Int, _ step: NetRunner.Step, _ bottoms: [NetValue<S>?],
    _ tops: inout [NetValue<S>?], _ run: inout SideBySide<S>
  ) {
    guard let done = run.done.removeValue(forKey: partner) else { return }
    let own = first.steps[partner]
    func areEqual(_ a: NetValue<S>?, _ b: NetValue<S>?, _ versions: VersionPair) -> Bool {
      if let known = run.areEqual[versions] { return known }
      guard let a, let b else { return a == nil && b == nil }
      let areEqual = BlobDifference("", a, b).relative <= tolerance * run.allowance
      run.areEqual[versions] = areEqual
      return areEqual
    }
    guard own.bottoms.count == step.bottoms.count, own.tops.count == step.tops.count else { return }
    let readsEqual = step.bottoms.indices.allSatisfy { index in
      areEqual(
        done.bottoms[index], bottoms[index], VersionPair(first: own.reads[index], second: step.reads[index]))
    }
    if readsEqual, let layer = step.layer as? any IndexMaking, pairs.areWrittenAlike(partner, place) {
      for index in layer.indexTops where index < tops.count {
        guard let a = done.tops[index], let b = tops[index], a != b else { continue }
        let count =
          a.shape == b.shape
          ? zip(a.values, b.values).count { $0 != $1 } : abs(a.values.count - b.values.count)
        found.ties[step.tops[index]] = max(found.ties[step.tops[index]] ?? 0, count)
        run.second.replaceTop(index, with: a)
        tops[index] = a
      }
    }
    guard !readsEqual else { return }
    found.readsOthers.insert(partner)
    let makesEqual =
      !step.tops.isEmpty
      && step.tops.indices.allSatisfy { index in
        areEqual(
          done.tops[index], tops[index], VersionPair(first: own.writes[index], second: step.writes[index]))
      }
    if makesEqual { found.hides.insert(partner) }
  }

  /// Compares the last version of a blob as soon as both nets have made it.
  private mutating func compare<S: NetScalar>(
    _ name: Name, _ value: NetValue<S>, isFirst: Bool, _ run: inout SideBySide<S>
  ) {
    if isFirst, handedOver.contains(name) { run.handed[name] = value }
    guard !cuts.inEither.contains(name), !handedOver.contains(name) else { return }
    guard
      let other = isFirst
        ? run.waitingOfSecond.removeValue(forKey: name) : run.waiting.removeValue(forKey: name)
    else {
      if isFirst { run.waiting[name] = value } else { run.waitingOfSecond[name] = value }
      return
    }
    let (a, b) = isFirst ? (value, other) : (other, value)
    let difference = BlobDifference(name, a, b)
    let isEqual = difference.relative <= tolerance * run.allowance
    if let (x, y) = (first.lastVersions[name], second.lastVersions[name]) as? (Int, Int) {
      run.areEqual[VersionPair(first: x, second: y)] = isEqual
    }
    let isUsual = run.allowance == 1
    if (found.differences[name]?.relative ?? -1) < difference.relative, isUsual || !isEqual {
      found.differences[name] = difference
    }
    if isUsual, first.outputs.contains(name), second.outputs.contains(name), let rows = ClassAgreement(a, b) {
      let known = found.agreement[name] ?? (0, 0, 0)
      found.agreement[name] = (known.top1 + rows.top1, known.top5 + rows.top5, known.rows + rows.rows)
    }
  }

  /// A value for each top, or nil.
  private static func values<S: NetScalar>(
    of step: NetRunner.Step, from values: [Name: NetValue<S>]
  ) -> [NetValue<S>]? {
    let found = step.tops.compactMap { values[$0] }
    return found.count == step.tops.count ? found : nil
  }
}

// MARK: The result

extension NetComparer {
  /// What came of the samples so far.
  package func result() throws -> NetComparison {
    let ownOutputs = first.outputs.filter { !first.unreadInputs.contains($0) }
    let otherOutputs = second.outputs.filter { !second.unreadInputs.contains($0) }
    let outputs = ownOutputs.filter(otherOutputs.contains)
    let isEqual = { (name: Name) in found.differences[name].map { $0.relative <= tolerance } ?? false }
    let open = outputs.filter { found.differences[$0] == nil && !handedOver.contains($0) }
    let settled = try open.filter(isSettled)
    let inputs = Set(first.inputs.map(\.name)).intersection(second.inputs.map(\.name))
    var comparison = NetComparison(
      blobs: names.compactMap { found.differences[$0] }, tolerance: tolerance, outputs: outputs,
      unmatchedOutputs: Set(ownOutputs).symmetricDifference(otherOutputs).subtracting(changedOutputs)
        .sorted(),
      uncomparedOutputs: open.filter { !settled.contains($0) }, settledOutputs: settled,
      computedCount: found.differences.keys.count { !inputs.contains($0) }, firstDivergence: nil,
      cuts: cutLayers, skipped: names.filter { found.differences[$0] == nil && !handedOver.contains($0) },
      handedOver: names.filter(handedOver.contains),
      ties: names.compactMap { name in found.ties[name].map { (name, $0) } }, samples: found.samples,
      agreement: outputs.compactMap { name in
        found.agreement[name].map { (output: name, top1: $0.top1, top5: $0.top5, rows: $0.rows) }
      })
    comparison.firstDivergence = try firstDivergence(outputs, isEqual)
    if comparison.firstDivergence == nil {
      for index in comparison.blobs.indices where !isEqual(comparison.blobs[index].name) {
        comparison.blobs[index].isMadeOtherwise = true
      }
    }
    return comparison
  }

  /// The first blob whose difference says that the nets do not compute the same.
  ///
  /// Where all outputs are equal a blob may differ, as far as what reads it is another layer in the second net, or hands the
  /// difference on. A layer that both nets have alike and that makes the same of values that differ hides a difference: for other
  /// inputs it might not.
  private func firstDivergence(
    _ outputs: [Name], _ isEqual: (Name) -> Bool
  ) throws -> BlobDifference? {
    let differing = names.filter { found.differences[$0] != nil && !isEqual($0) }
    guard !differing.isEmpty else { return nil }
    if outputs.contains(where: differing.contains) { return found.differences[differing[0]] }
    // Where no output was compared there is nothing that speaks for a difference.
    guard outputs.contains(where: isEqual) || !cutLayers.isEmpty else {
      return found.differences[differing[0]]
    }
    var suspects: Set<Int> = []
    for (place, step) in first.steps.enumerated() {
      guard let partner = pairs.partners[place] else { continue }
      // What a layer makes of its bottoms that cannot be run nobody knows.
      let isEnd = step.isCut && found.readsOthers.contains(place)
      let hides = try found.hides.contains(place) && pairs.areAlike(place, partner)
      if isEnd || hides { suspects.formUnion(step.reads) }
    }
    guard !suspects.isEmpty else { return nil }
    // From there back to where the difference begins: through all that is not known to be equal. A layer that only one of the nets
    // has, such as a Dropout, hands it on like any other.
    let agreeing = Set(names.filter(isEqual).compactMap { first.lastVersions[$0] })
    for step in first.steps.reversed() where step.writes.contains(where: suspects.contains) {
      suspects.formUnion(step.reads.filter { !agreeing.contains($0) })
    }
    return differing.first { first.lastVersions[$0].map(suspects.contains) ?? false }.flatMap {
      found.differences[$0]
    } ?? found.differences[differing[0]]
  }

  /// Whether an output that could not be computed is equal all the same: both nets make it by the same layer, of the same values.
  private func isSettled(_ output: Name) throws -> Bool {
    guard let version = first.lastVersions[output],
      let place = first.steps.firstIndex(where: { $0.writes.contains(version) }), first.steps[place].isCut,
      let partner = pairs.partners[place], second.steps[partner].isCut,
      second.lastVersions[output].map(second.steps[partner].writes.contains) ?? false
    else { return false }
    guard !found.readsOthers.contains(place), try pairs.areAlike(place, partner) else { return false }
    let inputs = Set(first.inputs.map(\.name)).intersection(second.inputs.map(\.name))
    return first.steps[place].bottoms.allSatisfy {
      found.differences[$0] != nil || found.replaced[$0] != nil || inputs.contains($0)
    }
  }

  private var cutLayers: [NetComparison.Cut] {
    var layers: [NetComparison.Cut] = []
    for step in first.steps + second.steps
    where step.isCut && !layers.contains(where: { $0.layer == step.subject }) {
      let shapes = step.tops.compactMap { top in found.replaced[top].map { (blob: top, shape: $0) } }
      layers.append(NetComparison.Cut(layer: step.subject, bottoms: step.bottoms, replaced: shapes))
    }
    return layers
  }
}

extension NetRunner.Step {
  /// Whether the layer cannot be run, and is none that only brings an input in.
  package var isCut: Bool { obstacle != nil && !bottoms.isEmpty }
}
