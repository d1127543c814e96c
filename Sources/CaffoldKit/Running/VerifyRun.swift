import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules
import Verification

/// One comparison of two nets.
struct VerifyRun {
  private let nets: (ModelFiles, ModelFiles)
  private let options: RunOptions
  private let inputs: InputOptions
  private let observer: RunObserver

  init(
    _ first: ModelFiles, _ second: ModelFiles, _ options: RunOptions, _ inputs: InputOptions,
    _ observer: RunObserver
  ) {
    nets = (first, second)
    self.options = options
    self.inputs = inputs
    self.observer = observer
  }

  func run() throws -> VerifyResult {
    try Files.restore([nets.0, nets.1].flatMap { [$0.model, $0.weights].compactMap(\.self) }, observer)
    let (first, second, sampled) = try read()
    let comparison =
      inputs.isDouble
      ? try compare(first, second, sampled, in: Double.self)
      : try compare(first, second, sampled, in: Float.self)
    return VerifyResult(comparison: comparison, models: [nets.0.model, nets.1.model])
  }

  /// Both nets, and values and shapes for their inputs.
  private func read() throws -> (first: NetRunner, second: NetRunner, inputs: SampledInputs) {
    let knowledge = try LayerKnowledge(options, observer)
    let (first, second) = (try FileNet(nets.0, options, knowledge), try FileNet(nets.1, options, knowledge))
    let made = try NetsForInputs.make(inputs, model: nets.0.model, pair: { $0 }) { shapes in
      (try first.runner(shapes), try second.runner(shapes))
    }
    return (made.nets.0, made.nets.1, made.inputs)
  }

  private func compare<S: NetScalar>(
    _ first: NetRunner, _ second: NetRunner, _ sampled: SampledInputs, in scalar: S.Type
  ) throws -> NetComparison {
    var comparing = NetVerification()
    comparing.samples = inputs.samples
    comparing.tolerance = inputs.tolerance
    comparing.inputs = sampled
    return try comparing.compare(first, second, in: scalar, model: nets.0.model) {
      observer.progress(.init(task: .running, done: $0, total: $1))
    }
  }
}
