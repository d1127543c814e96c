import Diagnostics
import Layers

/// One sample while both nets run on it.
struct ComparedSample<S: NetScalar> {
  let trial: NetComparer.Trial<S>
  var first: NetExecution<S>
  var second: NetExecution<S>
  /// The findings so far.
  var found = ComparerFindings()
  /// Values for the tops of layers that cannot be run.
  var drawn: [Name: NetValue<S>] = [:]
  /// Layers of the first net whose partners have not been run.
  var done: [Int: Done] = [:]
  /// Last versions of blobs of the first net that the second net has not made yet.
  var waiting: [Name: NetValue<S>] = [:]
  var waitingOfSecond: [Name: NetValue<S>] = [:]
  /// Last versions of blobs of the first net that the second one is given.
  var handed: [Name: NetValue<S>] = [:]
  /// Whether values of both nets agree, by their versions.
  var areEqual: [VersionPair: Bool] = [:]

  init(_ trial: NetComparer.Trial<S>, first: NetExecution<S>, second: NetExecution<S>) {
    self.trial = trial
    self.first = first
    self.second = second
  }

  struct VersionPair: Hashable {
    var first: Int
    var second: Int
  }

  /// A layer of the first net that has been run.
  struct Done {
    /// Whether its partner has equal bottoms; nil where that was not known before it ran.
    var readsEqual: Bool?
    /// Its bottoms, where they are still to be compared.
    var bottoms: [NetValue<S>?] = []
    var tops: [NetValue<S>?] = []
  }

  var waitingCount: Int { waitingOfSecond.values.reduce(0) { $0 + $1.values.count } }

  /// Notes how many numbers are alive.
  mutating func countAlive() {
    found.mostAlive = max(found.mostAlive, first.liveCount + second.liveCount + waitingCount)
  }
}

extension NetComparer {
  /// Compares the inputs that no layer makes.
  func compareInputs<S: NetScalar>(_ run: inout ComparedSample<S>) {
    for name in names {
      guard let value = run.trial.inputs[name] else { continue }
      if first.isLegacyInput(name) { compare(name, value, isFirst: true, &run) }
      if second.isLegacyInput(name) { compare(name, value, isFirst: false, &run) }
    }
  }

  /// Runs the next layer of the first net.
  ///
  /// - Returns: whether there was one.
  func advanceFirst<S: NetScalar>(
    _ run: inout ComparedSample<S>, _ observing: (_ net: Int, _ place: Int, _ bottoms: [NetValue<S>?]) -> Void
  ) throws -> Bool {
    guard let step = run.first.next else { return false }
    let place = run.first.place
    observing(0, place, run.first.bottoms)
    var done = doneBefore(place, &run)
    run.first.limit = Self.memoryLimit / MemoryLayout<S>.size - run.second.liveCount - run.waitingCount
    // Values are drawn when the first net needs them; the second net gets the same values.
    var drawn = run.drawn
    let cut = run.trial.cut
    let tops = try run.first.run { step, bottoms in
      // A layer needs values for all of its tops: those that no layer reads get an empty value.
      if step.tops.contains(where: readTops.contains) {
        for top in step.tops where drawn[top] == nil && cuts.inBoth.contains(top) {
          drawn[top] = readTops.contains(top) ? cut(top, bottoms.first??.shape) : NetValue(shape: [0])
        }
      }
      return Self.values(of: step, from: drawn)
    }
    run.drawn = drawn
    run.countAlive()
    if pairs.partners[place] != nil {
      done.tops = tops
      run.done[place] = done
    }
    for (name, (version, value)) in zip(step.tops, zip(step.writes, tops))
    where first.lastVersions[name] == version && common.contains(name) {
      if let value { compare(name, value, isFirst: true, &run) }
    }
    return true
  }

  /// Runs the next layer of the second net, if the first net has run everything that it is compared with.
  ///
  /// - Returns: whether there was one.
  func advanceSecond<S: NetScalar>(
    _ run: inout ComparedSample<S>, isLast: Bool, _ observing: (Int, Int, [NetValue<S>?]) -> Void
  ) throws -> Bool {
    guard let step = run.second.next else { return false }
    let place = run.second.place
    let partner = pairs.partnersOfSecond[place]
    guard isLast || isReady(step, partner, run) else { return false }
    observing(1, place, run.second.bottoms)
    // Compared before the layer runs, so that the bottoms of both layers are freed before new values are made.
    var readsEqual: Bool?
    if let partner { readsEqual = areReadAlike(partner, place, &run) }
    run.second.limit = Self.memoryLimit / MemoryLayout<S>.size - run.first.liveCount - run.waitingCount
    let drawn = run.drawn
    var replaced: [Name: [Int]] = [:]
    var tops = try run.second.run { step, _ in
      let values = Self.values(of: step, from: drawn)
      for (top, value) in zip(step.tops, values ?? []) where readTops.contains(top) {
        replaced[top] = value.shape
      }
      return values
    }
    run.found.replaced.merge(replaced) { $1 }
    run.countAlive()
    for (index, name) in step.tops.enumerated() where second.lastVersions[name] == step.writes[index] {
      guard let value = run.handed[name] else { continue }
      run.second.replaceTop(index, with: value)
      tops[index] = nil
    }
    if let partner, let readsEqual { settle(partner, place, step, readsEqual, &tops, &run) }
    for (name, (version, value)) in zip(step.tops, zip(step.writes, tops))
    where second.lastVersions[name] == version && common.contains(name) {
      if let value { compare(name, value, isFirst: false, &run) }
    }
    return true
  }

  /// Whether the first net has run the layers with which a layer of the second net is compared.
  private func isReady<S: NetScalar>(
    _ step: NetRunner.Step, _ partner: Int?, _ run: ComparedSample<S>
  ) -> Bool {
    if let partner, partner >= run.first.place { return false }
    return step.tops.allSatisfy { name in
      !handedOver.contains(name) || run.handed[name] != nil || run.first.next == nil
    }
  }

  private func areEqual<S: NetScalar>(
    _ a: NetValue<S>?, _ b: NetValue<S>?, _ versions: ComparedSample<S>.VersionPair,
    _ run: inout ComparedSample<S>
  ) -> Bool {
    if let known = run.areEqual[versions] { return known }
    guard let a, let b else { return a == nil && b == nil }
    let areEqual = BlobDifference("", a, b).relative <= tolerance * run.trial.allowance
    run.areEqual[versions] = areEqual
    return areEqual
  }

  /// What is kept of the bottoms of a layer of the first net that runs next: nothing where they can be compared now, so that
  /// the layer may write over them.
  private func doneBefore<S: NetScalar>(
    _ place: Int, _ run: inout ComparedSample<S>
  ) -> ComparedSample<S>.Done {
    guard let partner = pairs.partners[place] else { return .init() }
    let bottoms = run.first.bottoms
    guard run.second.place == partner else { return .init(bottoms: bottoms) }
    return .init(readsEqual: haveEqualBottoms(first: place, bottoms, second: partner, &run))
  }

  /// Whether two layers that are partners have equal bottoms; frees the bottoms of the first net's layer.
  ///
  /// - Returns: nil where the first net's layer was not run, or where the numbers of bottoms or tops differ.
  private func areReadAlike<S: NetScalar>(
    _ partner: Int, _ place: Int, _ run: inout ComparedSample<S>
  ) -> Bool? {
    guard let done = run.done[partner] else { return nil }
    if let readsEqual = done.readsEqual { return readsEqual }
    run.done[partner]?.bottoms = []
    let areEqual = haveEqualBottoms(first: partner, done.bottoms, second: place, &run)
    if areEqual == nil { run.done[partner] = nil }
    return areEqual
  }

  /// Whether a layer of the first net with these bottoms has the bottoms of its partner, which the second net runs next.
  ///
  /// - Returns: nil where the numbers of bottoms or tops differ.
  private func haveEqualBottoms<S: NetScalar>(
    first place: Int, _ bottoms: [NetValue<S>?], second partner: Int, _ run: inout ComparedSample<S>
  ) -> Bool? {
    let (step, other) = (first.steps[place], second.steps[partner])
    guard step.bottoms.count == other.bottoms.count, step.tops.count == other.tops.count else { return nil }
    let others = run.second.bottoms
    return step.bottoms.indices.allSatisfy { index in
      let versions = ComparedSample<S>.VersionPair(first: step.reads[index], second: other.reads[index])
      return areEqual(bottoms[index], others[index], versions, &run)
    }
  }

  /// Compares the tops of two layers that are partners.
  private func settle<S: NetScalar>(
    _ partner: Int, _ place: Int, _ step: NetRunner.Step, _ readsEqual: Bool,
    _ tops: inout [NetValue<S>?], _ run: inout ComparedSample<S>
  ) {
    guard let done = run.done.removeValue(forKey: partner) else { return }
    let own = first.steps[partner]
    if readsEqual, let layer = step.layer as? any IndexMaking, pairs.areWrittenAlike(partner, place) {
      for index in layer.indexTops where index < tops.count {
        guard let a = done.tops[index], let b = tops[index], a != b else { continue }
        let count =
          a.shape == b.shape
          ? zip(a.values, b.values).count { $0 != $1 } : abs(a.values.count - b.values.count)
        run.found.ties[step.tops[index]] = max(run.found.ties[step.tops[index]] ?? 0, count)
        run.second.replaceTop(index, with: a)
        tops[index] = a
      }
    }
    guard !readsEqual else { return }
    run.found.readsOthers.insert(partner)
    let makesEqual =
      !step.tops.isEmpty
      && step.tops.indices.allSatisfy { index in
        let versions = ComparedSample<S>.VersionPair(first: own.writes[index], second: step.writes[index])
        return areEqual(done.tops[index], tops[index], versions, &run)
      }
    if makesEqual { run.found.hides.insert(partner) }
  }

  /// Compares the last version of a blob as soon as both nets have made it.
  private func compare<S: NetScalar>(
    _ name: Name, _ value: NetValue<S>, isFirst: Bool, _ run: inout ComparedSample<S>
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
    let isEqual = difference.relative <= tolerance * run.trial.allowance
    if let (x, y) = (first.lastVersions[name], second.lastVersions[name]) as? (Int, Int) {
      run.areEqual[ComparedSample<S>.VersionPair(first: x, second: y)] = isEqual
    }
    let isUsual = run.trial.allowance == 1
    guard difference.hasNumbers else {
      if isUsual { run.found.withoutNumbers.insert(name) }
      return
    }
    if isUsual || !isEqual { run.found.differences[name] = difference }
    if isUsual, commonOutputs.contains(name), let rows = ClassAgreement(a, b) {
      run.found.agreement[name] = (rows.top1, rows.top5, rows.rows)
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
