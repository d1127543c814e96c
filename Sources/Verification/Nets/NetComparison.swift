import CaffeIO
import Diagnostics
import Layers

/// How far the values of one blob are apart in two nets.
package struct BlobDifference: Sendable {
  /// The blob's name, the same in both nets.
  package var name: Name
  /// Its shape in the first net.
  package var shape: [Int]
  /// Its shape in the second net.
  package var otherShape: [Int]
  /// The largest magnitude in the first net.
  package var largest: Double
  /// The largest difference.
  package var absolute: Double
  /// Numbers that are finite in one net only.
  package var notFinite: Int
  /// Whether it is made otherwise in the second net, by another layer, from other bottoms or with other parameters, and
  /// reaches no layer that both nets have alike. It may then hold another value on purpose, as what stands before a
  /// Scale does that was folded into the layer behind it.
  package var isMadeOtherwise = false

  /// The largest difference relative to the largest magnitude of the blob; infinite where the blobs cannot be
  /// compared.
  package var relative: Double {
    if shape != otherShape || notFinite > 0 { return .infinity }
    return absolute == 0 ? 0 : absolute / max(largest, .leastNormalMagnitude)
  }
}

/// What came of running two nets on the same inputs.
package struct NetComparison: Sendable {
  /// The blobs that both nets have, in the order of the first net, each at its worst over all samples.
  package var blobs: [BlobDifference]
  /// The net outputs that both have.
  package var outputs: [Name]
  /// Net outputs that only one of them has.
  package var unmatchedOutputs: [Name]
  /// Layers that could not be run, in either net.
  package var cuts: [Cut]
  /// Blobs that both nets have and that could not be compared: what a cut layer makes, and what needs it where no
  /// values could take its place.
  package var skipped: [Name]
  /// How many samples were run.
  package var samples: Int
  /// For each output that looks like class scores: in how many of so many rows the best class agrees, and the five
  /// best.
  package var agreement: [(output: Name, top1: Int, top5: Int, rows: Int)]

  /// A layer that could not be run.
  package struct Cut: Sendable {
    /// The layer.
    package var layer: LayerSubject
    /// The blobs that it reads.
    package var bottoms: [Name]
    /// The values that both nets were given in the place of its tops: blobs and shapes.
    package var replaced: [(blob: Name, shape: [Int])]
  }

  /// The first blob, in order, whose difference exceeds `tolerance`, those apart that hold another value on purpose.
  package func firstDivergence(tolerance: Double) -> BlobDifference? {
    let renewed = Set(renewed(tolerance: tolerance).map(\.name))
    return blobs.first { !($0.relative <= tolerance) && !renewed.contains($0.name) }
  }

  /// The blobs that are made otherwise and differ, where all outputs that could be compared are the same.
  ///
  /// A difference that reaches a layer that both nets have is none of them: what that makes of it can be the same because
  /// it is saturated.
  package func renewed(tolerance: Double) -> [BlobDifference] {
    let equal = Set(blobs.lazy.filter { $0.relative <= tolerance }.map(\.name))
    // What a layer reads that cannot be run is the end of what can be told, as an output is.
    let compared = Set(blobs.map(\.name)).intersection(outputs + cuts.flatMap(\.bottoms))
    guard !compared.isEmpty, compared.allSatisfy(equal.contains) else { return [] }
    return blobs.filter { $0.isMadeOtherwise && !equal.contains($0.name) }
  }

  /// The blob with the largest relative difference, those apart that hold another value on purpose.
  package func worst(tolerance: Double) -> BlobDifference? {
    let renewed = Set(renewed(tolerance: tolerance).map(\.name))
    return blobs.filter { !renewed.contains($0.name) }.max { $0.relative < $1.relative }
  }
}

/// Runs two nets on the same inputs and compares every blob that both have.
///
/// Blobs are compared by name, each as it stands after the whole net has run, which is what a user reads from
/// Caffe. A layer of a type that cannot be run cuts the nets: what it makes is not compared, and both nets are given the
/// same values instead, so that what stands behind it is.
package struct NetComparer {
  private let first: NetRunner
  private let second: NetRunner

  /// Compares these nets.
  package init(_ first: NetRunner, _ second: NetRunner) {
    self.first = first
    self.second = second
  }

  /// Runs both nets on each of `samples` and compares.
  ///
  /// - Parameters:
  ///   - samples: how many times; `inputs` is called for each.
  ///   - inputs: the values of the first net's inputs; those that the second lacks are left out for it.
  ///   - cut: values for a top of a layer that cannot be run, by its name, the shape of the layer's first bottom where that
  ///     is known, and the sample; nil leaves out what stands behind.
  ///   - progress: called with the number of runs done and all runs.
  package func compare<S: NetScalar>(
    samples: Int, in scalar: S.Type, inputs: (Int) throws -> [Name: NetValue<S>],
    cut: @escaping (Name, [Int]?, Int) -> NetValue<S>? = { _, _, _ in nil },
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> NetComparison {
    let names = Self.names(of: first)
    let common = Set(names).intersection(Self.names(of: second))
    // What the first net runs and the second has no blobs for is an error of the second.
    for step in second.steps where step.isCut {
      if case .blobCount? = step.obstacle?.reason, let obstacle = step.obstacle,
        first.steps.contains(where: { $0.subject == step.subject && !$0.isCut })
      {
        throw obstacle
      }
    }
    let cutSteps = (first.steps + second.steps).filter(\.isCut)
    let cutTops = Set(cutSteps.flatMap(\.tops))
    // What one net computes and the other cannot is no place to go on from.
    let bothCut = Set(first.steps.filter(\.isCut).flatMap(\.tops)).intersection(
      second.steps.filter(\.isCut).flatMap(\.tops))
    var replaced: [Name: [Int]] = [:]
    var differences: [Name: BlobDifference] = [:]
    var agreement: [Name: (top1: Int, top5: Int, rows: Int)] = [:]
    var seen: Set<Name> = []
    let outputs = first.outputs.filter(second.outputs.contains)
    for sample in 0..<samples {
      let given = try inputs(sample)
      progress(2 * sample, 2 * samples)
      // Drawn where the first net needs them; the second gets the same ones.
      var drawn: [Name: NetValue<S>] = [:]
      let a = try run(first, given, keeping: common) { step, bottoms in
        for top in step.tops where drawn[top] == nil && bothCut.contains(top) {
          drawn[top] = cut(top, bottoms.first??.shape, sample)
        }
        return Self.values(of: step, from: drawn)
      }
      progress(2 * sample + 1, 2 * samples)
      let b = try run(
        second, given.filter { input in second.inputs.contains { $0.name == input.key } }, keeping: common
      ) { step, _ in
        let values = Self.values(of: step, from: drawn)
        for (top, value) in zip(step.tops, values ?? []) { replaced[top] = value.shape }
        return values
      }
      for name in names where !cutTops.contains(name) {
        guard let x = a[name], let y = b[name] else { continue }
        seen.insert(name)
        let difference = Self.difference(name, x, y)
        if let known = differences[name], known.relative >= difference.relative { continue }
        differences[name] = difference
      }
      for name in outputs {
        guard let x = a[name], let y = b[name], let rows = Self.agreement(x, y) else { continue }
        let known = agreement[name] ?? (0, 0, 0)
        agreement[name] = (known.top1 + rows.top1, known.top5 + rows.top5, known.rows + rows.rows)
      }
    }
    progress(2 * samples, 2 * samples)
    var makers = Makers(first, second)
    for (name, difference) in differences where !(difference.relative <= Self.roundingError) {
      differences[name]?.isMadeOtherwise = try makers.differForAll(of: name)
    }
    var cuts: [NetComparison.Cut] = []
    for step in cutSteps where !cuts.contains(where: { $0.layer == step.subject }) {
      let shapes = step.tops.compactMap { top in replaced[top].map { (blob: top, shape: $0) } }
      cuts.append(NetComparison.Cut(layer: step.subject, bottoms: step.bottoms, replaced: shapes))
    }
    return NetComparison(
      blobs: names.compactMap { differences[$0] }, outputs: outputs,
      unmatchedOutputs: Set(first.outputs).symmetricDifference(second.outputs).sorted(), cuts: cuts,
      skipped: names.filter { common.contains($0) && !seen.contains($0) }, samples: samples,
      agreement: outputs.compactMap { name in
        agreement[name].map { (output: name, top1: $0.top1, top5: $0.top5, rows: $0.rows) }
      })
  }

  /// Smaller relative differences are rounding, whoever made the blob.
  private static let roundingError = 1e-6

  /// The blob names of a net, in the order they are first written.
  private static func names(of net: NetRunner) -> [Name] {
    var seen: Set<Name> = []
    return (net.inputs.map(\.name) + net.steps.flatMap(\.tops)).filter { seen.insert($0).inserted }
  }

  private func run<S: NetScalar>(
    _ net: NetRunner, _ inputs: [Name: NetValue<S>], keeping names: Set<Name>,
    cut: @escaping (NetRunner.Step, [NetValue<S>?]) -> [NetValue<S>]?
  ) throws -> [Name: NetValue<S>] {
    var kept: [Name: NetValue<S>] = inputs.filter { names.contains($0.key) }
    _ = try net.run(inputs, cut: cut) { (step: NetRunner.Step, place: Int, value: NetValue<S>) in
      // A later version of the blob takes the place of an earlier one.
      if names.contains(step.tops[place]) { kept[step.tops[place]] = value }
    }
    return kept
  }

  /// A value for each top, or nil.
  private static func values<S: NetScalar>(
    of step: NetRunner.Step, from values: [Name: NetValue<S>]
  ) -> [NetValue<S>]? {
    let found = step.tops.compactMap { values[$0] }
    return found.count == step.tops.count ? found : nil
  }

  private static func difference<S: NetScalar>(
    _ name: Name, _ a: NetValue<S>, _ b: NetValue<S>
  ) -> BlobDifference {
    var largest = 0.0
    var absolute = 0.0
    var notFinite = 0
    if a.shape == b.shape {
      // In Double: it holds every number of either type, and a loop over `S` would look up each operation.
      let (first, second) = (S.widened(a.values), S.widened(b.values))
      for index in first.indices {
        let (x, y) = (first[index], second[index])
        guard x.isFinite, y.isFinite else {
          // The same infinity, or NaN in both, is no difference.
          if !(x == y || (x.isNaN && y.isNaN)) { notFinite += 1 }
          continue
        }
        largest = max(largest, x.magnitude)
        absolute = max(absolute, (x - y).magnitude)
      }
    }
    return BlobDifference(
      name: name, shape: a.shape, otherShape: b.shape, largest: largest, absolute: absolute,
      notFinite: notFinite)
  }

  /// Top-1 and top-5 agreement, for outputs [N, K] or [N, K, 1, 1] with at least five classes.
  private static func agreement<S: NetScalar>(
    _ a: NetValue<S>, _ b: NetValue<S>
  ) -> (top1: Int, top5: Int, rows: Int)? {
    guard a.shape == b.shape, a.shape.count >= 2, a.shape[1] >= 5, a.shape[2...].allSatisfy({ $0 == 1 })
    else {
      return nil
    }
    let classes = a.shape[1]
    func best(_ values: ArraySlice<S>) -> [Int] {
      Array(
        values.enumerated().sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }.prefix(5).map(
          \.offset))
    }
    var top1 = 0
    var top5 = 0
    for row in 0..<a.shape[0] {
      let x = best(a.values[row * classes..<(row + 1) * classes])
      let y = best(b.values[row * classes..<(row + 1) * classes])
      if x[0] == y[0] { top1 += 1 }
      if Set(x) == Set(y) { top5 += 1 }
    }
    return (top1, top5, a.shape[0])
  }
}

extension NetRunner.Step {
  /// Whether the layer cannot be run, and is none that only brings an input in.
  package var isCut: Bool { obstacle != nil && !bottoms.isEmpty }
}

/// Which blobs are made otherwise in the second of two nets.
private struct Makers {
  private let first: NetRunner
  private let second: NetRunner
  private var known: [Name: Bool] = [:]

  init(_ first: NetRunner, _ second: NetRunner) {
    self.first = first
    self.second = second
  }

  /// Whether what is left of a blob when the net has run is made by another layer, from other bottoms or with other
  /// parameters, and reaches no layer that both nets have alike.
  mutating func differForAll(of name: Name) throws -> Bool {
    let (a, b) = (maker(of: name, in: first), maker(of: name, in: second))
    guard try differ(a, b) else { return false }
    for reader in second.steps where reader.readsLast(name, of: second) {
      // Who reads an earlier version of the blob in the first net does not read what was compared.
      let twin = first.steps.first { $0.subject == reader.subject }
      if let twin, twin.readsLast(name, of: first), try !differ(twin, reader) { return false }
    }
    return true
  }

  /// Whether two layers are not the same one.
  private mutating func differ(_ a: NetRunner.Step?, _ b: NetRunner.Step?) throws -> Bool {
    guard a?.subject == b?.subject, a?.bottoms == b?.bottoms else { return true }
    guard let layer = a?.subject.name else { return false }
    if let known = known[layer] { return known }
    let differs = try first.parameters(of: layer) != second.parameters(of: layer)
    known[layer] = differs
    return differs
  }

  /// The layer that writes the version of a blob that is left when the net has run; nil for an input.
  private func maker(of name: Name, in net: NetRunner) -> NetRunner.Step? {
    net.steps.last { $0.tops.contains(name) }
  }
}

extension NetRunner.Step {
  /// Whether it reads the version of a blob that is left when the net has run.
  fileprivate func readsLast(_ name: Name, of net: NetRunner) -> Bool {
    net.isLastVersion(of: name, readBy: self)
  }
}
