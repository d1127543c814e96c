import Layers

/// Compares two nets on samples of several sizes, so that values reach the places where layers bend.
///
/// Beside samples of the size of 1 there are one ten times and one a hundred times as large, and some for layers that are not
/// alike in both nets: a ReLU6 that became a ReLU shows only where values exceed 6, and behind a convolution the inputs have to
/// be of another size for that. Inputs from files are taken as they are.
package struct NetVerification {
  /// The inputs.
  package var inputs = SampledInputs()
  /// How many samples of the size of 1 are run.
  package var samples = 1
  /// The largest difference allowed, relative to a blob's largest magnitude.
  package var tolerance = 1e-4
  /// What the second net changes on purpose.
  package var converted = ConvertedBlobs()

  /// The defaults.
  package init() {}

  /// Runs both nets and compares.
  ///
  /// - Parameters:
  ///   - model: the path of the first definition, for messages.
  ///   - progress: called with the number of samples done and all samples.
  /// - Throws: `InputValuesError` for inputs without a shape, `LayerError` for nets that cannot be run.
  package func compare<S: NetScalar>(
    _ first: NetRunner, _ second: NetRunner, in scalar: S.Type, model: String,
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> NetComparison {
    let read = try inputs.inputs(first, second, model: model)
    var comparer = NetComparer(first, second, tolerance: tolerance, converted: converted)
    var bends = Bends(first, second)
    var pending =
      inputs.given.isEmpty
      ? (0..<max(samples, 1)).map { SampledInputs.Sample($0) }
        + ReachingScales.usual.enumerated().map { SampledInputs.Sample(samples + $0, scale: $1) }
      : [SampledInputs.Sample(0)]
    var done = 0
    while done < pending.count {
      let sample = pending[done]
      progress(done, pending.count)
      let isFirst = done == 0
      try comparer.run(
        inputs.values(of: read, sample, in: scalar), allowance: sample.allowance,
        cut: { inputs.values(behindCutAt: $0, shape: $1, sample, in: scalar) },
        observing: { net, place, bottoms in if isFirst { bends.observe(net, place, bottoms) } })
      if isFirst, inputs.given.isEmpty {
        for scale in bends.scales { pending.append(SampledInputs.Sample(pending.count, scale: scale)) }
      }
      done += 1
    }
    progress(done, pending.count)
    return try comparer.result()
  }
}
