import Definitions
import Diagnostics
import Engine
import Layers
import OnnxIO
import Operators
import Verification

/// Compares a graph of ONNX operators with the net that it was made of, on samples of several sizes.
///
/// The net runs on the executor, the graph on the evaluator of operators. They share no description of a layer, so a slip in a
/// definition shows as a difference. Layers such as ArgMax choose among values. Once the values they read have been compared, the
/// graph goes on with those of the net: rounding must not decide which of two equal values is chosen.
package struct OnnxProof {
  /// What came of it.
  package struct Result: Sendable {
    /// Every blob that was compared, at its worst over all samples, in the order of the net.
    package var blobs: [BlobDifference]
    /// The net's outputs.
    package var outputs: [Name]
    /// Outputs that were not compared.
    package var uncompared: [Name]
    /// Blobs that net and graph made and that have no number to compare: they are empty, or all numbers are NaN or
    /// infinite in the same places.
    package var withoutNumbers: [Name]
    /// The largest relative difference allowed.
    package var tolerance: Double
    /// How many samples were run.
    package var samples: Int
    /// The first blob of the net that differs and must not.
    package var firstDifference: BlobDifference?
    /// Blobs that hold other numbers because a rewrite has changed the layers that make them; all outputs agree.
    package var renewed: [Name]

    /// Outputs of layers that nothing but a definition describes: there is nothing to compare them with.
    package var definedOutputs: [Name]
    /// Outputs of layers that are nodes of their own, which no operators say: nothing here runs those.
    package var keptOutputs: [Name]

    /// Whether nothing speaks against the graph: every output was compared that can be, and nothing differs.
    package var isSound: Bool { firstDifference == nil && uncompared.isEmpty && !outputs.isEmpty }

    /// Whether it is sound and something was compared.
    package var isProven: Bool { isSound && !blobs.isEmpty }

    /// The blob with the largest relative difference.
    package var worst: BlobDifference? { blobs.max { $0.relative < $1.relative } }
  }

  /// The inputs.
  package var inputs = SampledInputs()
  /// The largest difference allowed, relative to a blob's largest magnitude.
  package var tolerance = 1e-4

  /// The most numbers of the net's blobs that are kept for the comparison with the graph: 512 MiB.
  package var mostKept = 1 << 27

  /// The defaults.
  package init() {}

  /// Runs both and compares.
  ///
  /// - Parameters:
  ///   - net: the net.
  ///   - names: which values of the graph are which blobs of the net.
  ///   - model: the graph as it was read.
  ///   - lowered: the net that the graph was made of, for layers that are nodes of their own.
  /// - Throws: `LayerError`, `OnnxExecutionError` for a net or a graph that cannot be run.
  package func compare(
    _ net: NetRunner, _ model: OnnxModel, _ correspondence: OnnxCorrespondence,
    lowered: LoweredNet? = nil, path: String, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> Result {
    let read = try inputs.inputs(net, net, model: path)
    let samples =
      inputs.given.isEmpty
      ? [SampledInputs.Sample(0)]
        + ReachingScales.usual.enumerated().map { SampledInputs.Sample(1 + $0, scale: $1) }
      : [SampledInputs.Sample(0)]
    var found: [Name: BlobDifference] = [:]
    var withoutNumbers: Set<Name> = []
    var first: BlobDifference?
    let names = try comparable(correspondence, net, read)
    let outputNames = Set(correspondence.outputs.map(\.blob))
    let chosenFrom = Self.blobsChosenFrom(in: net)
    let delicate = Self.delicateSteps(in: net)
    var renewed: Set<Name> = []
    for (number, sample) in samples.enumerated() {
      progress(number, samples.count)
      let values = inputs.values(of: read, sample, in: Float.self)
      let own = try run(net, values, Set(names.map(\.name)), lowered, sample)
      let computed = own.last
      var given: [String: OperatorTensor<Float>] = [:]
      for (blob, value) in correspondence.inputs { given[value] = values[blob].map(OperatorTensor.init) }
      var differences: [Name: BlobDifference] = [:]
      let blobs = Dictionary(names.map { ($0.value, $0.name) }) { first, _ in first }
      var execution = OnnxExecution(model, inputs: given)
      execution.foreign = own.kept
      try execution.run(
        observe: { name, tensor in
          guard let blob = blobs[name], let expected = computed[blob],
            case .float(let numbers) = tensor.values
          else { return }
          let made = NetValue(shape: tensor.shape, values: numbers)
          var difference = BlobDifference(blob, expected, made)
          for value in own.earlier[blob] ?? []
          where !outputNames.contains(blob) && difference.relative > tolerance * sample.allowance {
            let other = BlobDifference(blob, value, made)
            if other.relative < difference.relative { difference = other }
          }
          differences[blob] = difference
        },
        replace: { name, tensor in
          // Not where a fold has changed the blob: the nodes behind it expect the changed numbers.
          guard let blob = blobs[name], chosenFrom.contains(blob), let expected = computed[blob],
            expected.shape == tensor.shape,
            differences[blob].map({ $0.relative <= tolerance * sample.allowance }) ?? false
          else { return nil }
          return OperatorTensor(expected)
        })
      for blob in names {
        guard let difference = differences[blob.name] else { continue }
        if sample.scale != 1, isBeyondReach(delicate[blob.name], computed) { continue }
        if difference.relative > tolerance * sample.allowance {
          // Between the layers that a fold has changed there are other numbers; they reach no output.
          if !outputNames.contains(blob.name),
            blob.isRewritten || blob.bottoms.contains(where: renewed.contains)
          {
            renewed.insert(blob.name)
          } else if first == nil {
            first = difference
          }
        }
        // A sample of another size can show a difference; its smaller differences are not kept.
        guard sample.scale == 1 else { continue }
        if difference.hasNumbers {
          found[blob.name] = difference
        } else {
          withoutNumbers.insert(blob.name)
        }
      }
    }
    progress(samples.count, samples.count)
    let outputs = correspondence.outputs.map(\.blob) + correspondence.missingOutputs
    let keptLayers = Set((lowered?.layers ?? []).filter { $0.kept != nil }.map(\.subject.name))
    let kept = Set(net.steps.filter { keptLayers.contains($0.subject.name) }.flatMap(\.tops))
    // A graph that was lowered by the same definitions proves nothing of them; one of another origin does.
    let defined =
      lowered == nil
      ? []
      : Set(
        net.steps.filter { $0.layer is DefinedLayer || $0.layer is ExpandedLayer }.flatMap(\.tops))
    return Result(
      blobs: names.compactMap {
        renewed.contains($0.name) || defined.contains($0.name) || kept.contains($0.name)
          ? nil : found[$0.name]
      }, outputs: outputs,
      uncompared: outputs.filter { found[$0] == nil && !kept.contains($0) },
      withoutNumbers: names.map(\.name).filter(withoutNumbers.contains), tolerance: tolerance,
      samples: samples.count,
      firstDifference: first, renewed: names.map(\.name).filter(renewed.contains),
      definedOutputs: outputs.filter(defined.contains), keptOutputs: outputs.filter(kept.contains))
  }

  /// What the net makes of a sample.
  private struct NetValues {
    /// The last values of the wanted blobs.
    var last: [Name: NetValue<Float>] = [:]
    /// What wanted blobs held before layers wrote over them, as far as there is room. The graph of another program may
    /// call either by the blob's name.
    var earlier: [Name: [NetValue<Float>]] = [:]
    /// What layers make that are nodes of their own, by the value's name in the graph: the graph is given the same.
    var kept: [String: OperatorTensor<Float>] = [:]
  }

  private func run(
    _ net: NetRunner, _ given: [Name: NetValue<Float>], _ wanted: Set<Name>, _ lowered: LoweredNet?,
    _ sample: SampledInputs.Sample
  ) throws -> NetValues {
    var values = NetValues()
    var room = lowered == nil ? mostKept : 0
    let keptLayers = Dictionary(
      (lowered?.layers ?? []).filter { $0.kept != nil }.map { ($0.subject.name, $0) }
    ) {
      first, _ in first
    }
    _ = try net.run(
      given, limit: mostKept,
      cut: { step, bottoms in
        if keptLayers[step.subject.name] != nil {
          return step.tops.compactMap {
            inputs.values(behindCutAt: $0, shape: nil, sample, in: Float.self)
          }
        }
        throw step.obstacle!
      },
      observing: { step, top, value in
        let name = step.tops[top]
        if wanted.contains(name) {
          if net.lastVersions[name] == step.writes[top] {
            values.last[name] = value
          } else if value.values.count <= room {
            room -= value.values.count
            values.earlier[name, default: []].append(value)
          }
        }
        if let layer = keptLayers[step.subject.name] { values.kept[layer.tops[top]] = OperatorTensor(value) }
      })
    return values
  }

  /// Whether a layer that chooses among values, or compares their exponentials, reads values that are too large for a
  /// comparison: exponentials or products overflow in single precision, and runtimes order infinities and NaN
  /// differently; or the rounding of the values shows in their differences.
  private func isBeyondReach(_ step: NetRunner.Step?, _ values: [Name: NetValue<Float>]) -> Bool {
    guard let step else { return false }
    return step.bottoms.contains { name in
      values[name]?.values.contains { !($0.magnitude < Self.reach) } ?? false
    }
  }

  /// e to the power of this, squared, is still a number in single precision.
  private static let reach: Float = 40

  /// By blob, the layer that makes it last, for layers which choose among values or compare their exponentials.
  private static func delicateSteps(in net: NetRunner) -> [Name: NetRunner.Step] {
    var steps: [Name: NetRunner.Step] = [:]
    for step in net.steps {
      let isDelicate = step.layer is any IndexMaking || step.layer is any ExponentTaking
      for top in step.tops { steps[top] = isDelicate ? step : nil }
    }
    return steps
  }

  /// The blobs that are compared: the outputs and the blobs that layers choose from, and as many others as there is
  /// room for.
  private func comparable(
    _ correspondence: OnnxCorrespondence, _ net: NetRunner, _ inputs: [SampledInputs.Input]
  ) throws -> [LoweredNet.Blob] {
    var counts: [Name: Int] = [:]
    let shapes = try net.shapes(Dictionary(inputs.map { ($0.name, $0.shape) }) { first, _ in first })
    for (step, tops) in zip(net.steps, shapes) {
      for (top, shape) in zip(step.tops, tops ?? []) { counts[top] = shape.product }
    }
    let needed = Set(correspondence.outputs.map(\.blob)).union(Self.blobsChosenFrom(in: net))
    var room = mostKept - needed.reduce(0) { $0 + (counts[$1] ?? 0) }
    guard room >= 0 else {
      throw LayerError(nil, .memory(needed: mostKept - room, limit: mostKept))
    }
    return correspondence.blobs.filter { blob in
      if needed.contains(blob.name) { return true }
      let count = counts[blob.name] ?? 0
      guard count <= room else { return false }
      room -= count
      return true
    }
  }

  /// The blobs that layers read which choose among values: ArgMax and the like.
  private static func blobsChosenFrom(in net: NetRunner) -> Set<Name> {
    Set(net.steps.filter { $0.layer is any IndexMaking }.flatMap(\.bottoms))
  }
}
