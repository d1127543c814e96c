import Layers

/// Compares two nets on samples of several sizes, so that values reach the places where layers bend.
///
/// Beside samples of the size of 1 there are one ten times and one a hundred times as large, and some for layers that
/// are not alike in both nets: a ReLU6 that became a ReLU shows only where values exceed 6, and behind a convolution
/// the inputs have to be of another size for that. Samples of other sizes than 1 are run on smaller pictures and
/// batches first (``SmallerInputs``), for a tenth of the work. A sample that shows a difference, or that the nets do
/// not take, is then run at its full size. Inputs from files are taken as they are.
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
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func compare<S: NetScalar>(
    _ first: NetRunner, _ second: NetRunner, in scalar: S.Type, model: String,
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> NetComparison {
    let read = try inputs.inputs(first, second, model: model)
    var comparer = NetComparer(first, second, tolerance: tolerance, converted: converted)
    var bends = Bends(first, second)
    func trial(_ sample: SampledInputs.Sample, of read: [SampledInputs.Input]) -> NetComparer.Trial<S> {
      var trial = NetComparer.Trial<S>(inputs.values(of: read, sample, in: scalar))
      trial.allowance = sample.allowance
      trial.cut = { [inputs] in inputs.values(behindCutAt: $0, shape: $1, sample, in: scalar) }
      return trial
    }
    guard inputs.given.isEmpty else {
      progress(0, 1)
      try comparer.run(trial(SampledInputs.Sample(0), of: read))
      progress(1, 1)
      return try comparer.result()
    }
    let usual = (0..<max(samples, 1)).map { SampledInputs.Sample($0) }
    var (done, count) = (0, usual.count + ReachingScales.usual.count)
    progress(done, count)
    // The first sample shows how large the values between the layers are.
    try comparer.run(trial(usual[0], of: read)) { bends.observe($0, $1, $2) }
    done = 1
    func run(_ samples: ArraySlice<SampledInputs.Sample>) throws {
      var rest = samples
      while let first = rest.indices.first {
        progress(done, count)
        let share = try comparer.run(upTo: rest.count) { trial(rest[first + $0], of: read) }
        rest = rest.dropFirst(share)
        done += share
      }
    }
    try run(usual.dropFirst())
    var scaled = (ReachingScales.usual + bends.scales).enumerated().map {
      SampledInputs.Sample(usual.count + $0, scale: $1)
    }
    count = usual.count + scaled.count
    if comparer.canTakeOthers, let smaller = SmallerInputs.of(read) {
      progress(done, count)
      let settled = comparer.run(smaller: scaled.map { trial($0, of: smaller) })
      scaled = zip(scaled, settled).filter { !$1 }.map(\.0)
      done = count - scaled.count
    }
    try run(scaled[...])
    progress(done, count)
    return try comparer.result()
  }
}
