import CaffeIO
import Forward

/// How far the values of one blob are apart in two nets.
package struct BlobDifference: Sendable {
  /// The blob's name, the same in both nets.
  package var name: String
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
  package var outputs: [String]
  /// Net outputs that only one of them has.
  package var unmatchedOutputs: [String]
  /// Layers that could not be run, in either net; what stands behind them was not compared.
  package var cuts: [LayerSubject]
  /// Blobs that both nets have and that stand behind a cut.
  package var skipped: [String]
  /// How many samples were run.
  package var samples: Int
  /// For each output that looks like class scores: in how many of so many rows the best class agrees, and the five
  /// best.
  package var agreement: [(output: String, top1: Int, top5: Int, rows: Int)]

  /// The first blob, in order, whose difference exceeds `tolerance`.
  package func firstDivergence(tolerance: Double) -> BlobDifference? {
    blobs.first { !($0.relative <= tolerance) }
  }

  /// The blob with the largest relative difference.
  package var worst: BlobDifference? { blobs.max { $0.relative < $1.relative } }
}

/// Runs two nets on the same inputs and compares every blob that both have.
///
/// Blobs are compared by name, each as it stands after the whole net has run, which is what a user reads from
/// Caffe. A layer of a type that cannot be run cuts the net: nothing behind it is compared, and that is said.
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
  ///   - progress: called with the number of runs done and all runs.
  package func compare<S: ForwardScalar>(
    samples: Int, in scalar: S.Type, inputs: (Int) throws -> [String: NetValue<S>],
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> NetComparison {
    let names = Self.names(of: first)
    let common = Set(names).intersection(Self.names(of: second))
    var differences: [String: BlobDifference] = [:]
    var agreement: [String: (top1: Int, top5: Int, rows: Int)] = [:]
    var seen: Set<String> = []
    let outputs = first.outputs.filter(second.outputs.contains)
    for sample in 0..<samples {
      let given = try inputs(sample)
      progress(2 * sample, 2 * samples)
      let a = try run(first, given, keeping: common)
      progress(2 * sample + 1, 2 * samples)
      let b = try run(
        second, given.filter { input in second.inputs.contains { $0.name == input.key } }, keeping: common)
      for name in names {
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
    var cuts: [LayerSubject] = []
    for step in first.steps + second.steps where step.obstacle != nil && !step.bottoms.isEmpty {
      if !cuts.contains(step.subject) { cuts.append(step.subject) }
    }
    return NetComparison(
      blobs: names.compactMap { differences[$0] }, outputs: outputs,
      unmatchedOutputs: Set(first.outputs).symmetricDifference(second.outputs).sorted(), cuts: cuts,
      skipped: names.filter { common.contains($0) && !seen.contains($0) }, samples: samples,
      agreement: outputs.compactMap { name in
        agreement[name].map { (output: name, top1: $0.top1, top5: $0.top5, rows: $0.rows) }
      })
  }

  /// The blob names of a net, in the order they are first written.
  private static func names(of net: NetRunner) -> [String] {
    var seen: Set<String> = []
    return (net.inputs.map(\.name) + net.steps.flatMap(\.tops)).filter { seen.insert($0).inserted }
  }

  private func run<S: ForwardScalar>(
    _ net: NetRunner, _ inputs: [String: NetValue<S>], keeping names: Set<String>
  ) throws -> [String: NetValue<S>] {
    var kept: [String: NetValue<S>] = inputs.filter { names.contains($0.key) }
    _ = try net.run(inputs, cut: { _, _ in nil }) { (step: NetRunner.Step, place: Int, value: NetValue<S>) in
      // A later version of the blob takes the place of an earlier one.
      if names.contains(step.tops[place]) { kept[step.tops[place]] = value }
    }
    return kept
  }

  private static func difference<S: ForwardScalar>(
    _ name: String, _ a: NetValue<S>, _ b: NetValue<S>
  ) -> BlobDifference {
    var largest = 0.0
    var absolute = 0.0
    var notFinite = 0
    if a.shape == b.shape {
      for (x, y) in zip(a.values, b.values) {
        guard x.isFinite, y.isFinite else {
          // The same infinity, or NaN in both, is no difference.
          if !(x == y || (x.isNaN && y.isNaN)) { notFinite += 1 }
          continue
        }
        largest = max(largest, Double(x.magnitude))
        absolute = max(absolute, Double((x - y).magnitude))
      }
    }
    return BlobDifference(
      name: name, shape: a.shape, otherShape: b.shape, largest: largest, absolute: absolute,
      notFinite: notFinite)
  }

  /// Top-1 and top-5 agreement, for outputs [N, K] or [N, K, 1, 1] with at least five classes.
  private static func agreement<S: ForwardScalar>(
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
