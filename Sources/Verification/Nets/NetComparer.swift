import Diagnostics
import Layers
import Locks
import Threads

/// Runs two nets side by side on the same inputs and compares what they compute.
///
/// Blobs are compared by name, each as it stands after the whole net has run, which is what a user reads from
/// Caffe. The nets go ahead layer by layer, so a value is given up soon after it was compared. A layer of a type that cannot be
/// run cuts the nets: what it makes is not compared, and both nets are given the same values instead, so that what stands
/// behind it is. Where a layer makes indices (ArgMax, a pooling's mask) of values that are equal within the tolerance, the
/// second net goes on with the indices of the first: which of two equal values wins is a matter of rounding.
package struct NetComparer: Sendable {
  let first: NetRunner
  let second: NetRunner
  let tolerance: Double
  let handedOver: Set<Name>
  /// Outputs that only one of the nets may have.
  let changedOutputs: Set<Name>
  let pairs: StepPairs
  /// Blobs that both nets have, in the order of the first net.
  let names: [Name]
  let common: Set<Name>
  let cuts: Cuts
  /// Outputs of both nets.
  let commonOutputs: Set<Name>
  /// Blobs that a layer of either net reads.
  let readTops: Set<Name>
  /// The findings of all samples so far.
  private(set) var found = ComparerFindings()

  /// Layers that cannot be run.
  struct Cuts {
    /// Tops that neither net makes: both are given the same values.
    var inBoth: Set<Name>
    /// Tops that either net does not make.
    var inEither: Set<Name>
    /// Whether there are none.
    var areNone: Bool { inEither.isEmpty }
  }

  /// The most bytes that the values of both nets may take at a time.
  package static let memoryLimit = 1 << 29
  /// The most bytes that the values of all samples may take that run at the same time, each on a core of its own.
  private static let smallMemory = 1 << 25
  /// How many samples of small nets are run between two calls that report progress.
  private static let samplesAtOnce = 8

  /// Compares these nets.
  ///
  /// - Parameters:
  ///   - tolerance: the largest difference allowed, relative to a blob's largest magnitude.
  ///   - converted: what the second net changes on purpose.
  package init(
    _ first: NetRunner, _ second: NetRunner, tolerance: Double, converted: ConvertedBlobs = ConvertedBlobs()
  ) {
    self.first = first.sharingParameters()
    self.second = second.sharingParameters()
    self.tolerance = tolerance
    pairs = StepPairs(first, second)
    let others = Set(Self.names(of: second))
    names = Self.names(of: first).filter(others.contains)
    common = Set(names)
    commonOutputs = Set(first.outputs).intersection(second.outputs)
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

  /// Whether inputs of other shapes may be tried; not where a layer cannot be run, since the shapes of its tops are
  /// unknown.
  var canTakeOthers: Bool { cuts.areNone }

  /// The values with which both nets are run once.
  package struct Trial<S: NetScalar> {
    /// Values for the inputs of both nets that layers read.
    package var inputs: [Name: NetValue<S>]
    /// How many times larger than the tolerance differences may be. An allowance above 1 marks a trial with values of
    /// an unusual size: it can show a difference, but it is not counted, and its smaller differences are not kept.
    package var allowance = 1.0
    /// Values for a top of a layer that cannot be run, by the top's name and, where it is known, the shape of the
    /// layer's first bottom; with nil the layers behind it are left out.
    package var cut: (_ blob: Name, _ bottom: [Int]?) -> NetValue<S>? = { _, _ in nil }

    /// A trial on these values.
    package init(_ inputs: [Name: NetValue<S>]) { self.inputs = inputs }
  }

  /// Runs both nets on a sample.
  ///
  /// - Parameter observing: called with the bottoms of each layer of a net (0, 1), by its index in `NetRunner.steps`.
  package mutating func run<S: NetScalar>(
    _ trial: Trial<S>,
    observing: (_ net: Int, _ place: Int, _ bottoms: [NetValue<S>?]) -> Void = { _, _, _ in }
  ) throws {
    for result in try results([trial], observing) { found.merge(try result.get()) }
  }

  /// Runs both nets on the next of so many samples: on a few at once where the nets are small, else on one.
  ///
  /// - Parameter trial: makes the sample of a number below `count`.
  /// - Returns: how many samples were run.
  /// - Throws: the error of the first sample that has one; those before it are among the findings.
  package mutating func run<S: NetScalar>(upTo count: Int, _ trial: (Int) -> Trial<S>) throws -> Int {
    guard areSmall(in: S.self) else {
      try run(trial(0))
      return 1
    }
    let share = min(count, Self.samplesAtOnce)
    for result in resultsAtOnce(share, trial) { found.merge(try result.get()) }
    return share
  }

  /// Runs both nets on smaller samples, for which the weights are read once.
  ///
  /// A smaller sample counts if it shows nothing new. A sample that shows something new, or that the nets cannot take,
  /// does not change the findings, so that it can be run at its full size.
  ///
  /// - Returns: for each sample, whether it counts.
  package mutating func run<S: NetScalar>(smaller trials: [Trial<S>]) -> [Bool] {
    let results: [Result<ComparerFindings, any Error>]
    if areSmall(in: S.self) {
      results = resultsAtOnce(trials.count) { trials[$0] }
    } else {
      // Inputs that the nets do not take are no error.
      guard let together = try? self.results(trials, { _, _, _ in }) else { return trials.map { _ in false } }
      results = together
    }
    var counts: [Bool] = []
    for result in results {
      guard case .success(let seen) = result, seen.showsNothing(beyond: found, tolerance: tolerance) else {
        counts.append(false)
        continue
      }
      found.readsOthers.formUnion(seen.readsOthers)
      counts.append(true)
    }
    return counts
  }

  /// Whether each core can run a sample of its own in little memory: the nets have few parameters, and the values of the samples
  /// so far took little.
  private func areSmall<S: NetScalar>(in scalar: S.Type) -> Bool {
    found.samples > 0
      && found.mostAlive <= Self.smallMemory / (MemoryLayout<S>.size * Parallel.threadCount)
      && first.keepsSharedParameters && second.keepsSharedParameters
  }

  /// Runs both nets on several samples, one on each core: the layers of small nets have too little work for several cores.
  ///
  /// - Returns: for each sample, its findings or why it could not be run.
  private func resultsAtOnce<S: NetScalar>(
    _ count: Int, _ trial: (Int) -> Trial<S>
  ) -> [Result<ComparerFindings, any Error>] {
    let results = Guarded([Result<ComparerFindings, any Error>?](repeating: nil, count: count))
    Parallel.forEach(count, work: .max) { number in
      let result = Result { try self.results([trial(number)]) { _, _, _ in }[0].get() }
      results.withLock { $0[number] = result }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  /// Runs both nets on samples that advance together, so that the parameters of each layer are read once.
  ///
  /// - Returns: the findings of each sample, or why it could not be run.
  /// - Throws: the error of the first sample.
  private func results<S: NetScalar>(
    _ trials: [Trial<S>], _ observing: (Int, Int, [NetValue<S>?]) -> Void
  ) throws -> [Result<ComparerFindings, any Error>] {
    let nets =
      trials.count > 1
      ? (
        first.sharingParameters(runsAdvanceTogether: true),
        second.sharingParameters(runsAdvanceTogether: true)
      ) : (first, second)
    var runs: [ComparedSample<S>] = []
    for trial in trials {
      func own(_ net: NetRunner) -> [Name: NetValue<S>] {
        let names = Set(net.inputs.map(\.name))
        return trial.inputs.filter { names.contains($0.key) }
      }
      runs.append(
        ComparedSample(
          trial, first: try NetExecution(nets.0, inputs: own(first)),
          second: try NetExecution(nets.1, inputs: own(second))))
      compareInputs(&runs[runs.count - 1])
    }
    var failures = [(any Error)?](repeating: nil, count: runs.count)
    /// Lets every sample that has not failed take a step; whether any took one.
    func each(_ step: (inout ComparedSample<S>, _ isLeader: Bool) throws -> Bool) throws -> Bool {
      var isAny = false
      for place in runs.indices where failures[place] == nil {
        do {
          if try step(&runs[place], place == 0) { isAny = true }
        } catch {
          guard place > 0 else { throw error }
          failures[place] = error
        }
      }
      return isAny
    }
    func advanceSecond(isLast: Bool) throws {
      while try each({ run, isLeader in
        try self.advanceSecond(&run, isLast: isLast) { if isLeader { observing($0, $1, $2) } }
      }) {}
    }
    while try each({ run, isLeader in
      try advanceFirst(&run) { if isLeader { observing($0, $1, $2) } }
    }) {
      try advanceSecond(isLast: false)
    }
    try advanceSecond(isLast: true)
    return zip(runs, failures).map { run, failure in
      if let failure { return .failure(failure) }
      var findings = run.found
      if run.trial.allowance == 1 { findings.samples = 1 }
      return .success(findings)
    }
  }
}
