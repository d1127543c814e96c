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
    let knowledge = try LayerKnowledge(options, observer)
    let first = try net(nets.0, knowledge)
    let second = try net(nets.1, knowledge)
    let comparison =
      inputs.isDouble
      ? try compare(first, second, in: Double.self) : try compare(first, second, in: Float.self)
    return VerifyResult(comparison: comparison, models: [nets.0.model, nets.1.model])
  }

  /// The first of the nets, to be run.
  func first() throws -> NetRunner { try net(nets.0, try LayerKnowledge(options, observer)) }

  private func net(_ files: ModelFiles, _ knowledge: LayerKnowledge) throws -> NetRunner {
    var definition = try NetDefinition(
      TextDocument(SourceText(path: files.model, bytes: try Files.read(files.model))))
    if options.net.assumesStoredStatistics { definition = try definition.usingStoredStatistics() }
    guard let weights = files.weights else { throw FoldOptionError.noWeights(model: files.model) }
    let file = try WeightsFile(path: weights)
    let runner = try NetRunner(
      definition, state: options.net.state, schema: knowledge.schema, weights: file,
      layouts: knowledge.layouts, definitions: knowledge.definitions)
    try MissingBlobs.check(runner, weights: file)
    return runner
  }

  private func compare<S: NetScalar>(
    _ first: NetRunner, _ second: NetRunner, in scalar: S.Type
  ) throws -> NetComparison {
    let model = nets.0.model
    var comparing = NetVerification()
    comparing.samples = inputs.samples
    comparing.tolerance = inputs.tolerance
    comparing.inputs.seed = inputs.seed
    let arguments = InputArguments(first, second, model: model)
    comparing.inputs.shapes = try arguments.shapes(inputs.shapes)
    comparing.inputs.given = try InputFiles.values(inputs.values, arguments, model: model)
    return try comparing.compare(first, second, in: scalar, model: model) {
      observer.progress(.init(task: .running, done: $0, total: $1))
    }
  }
}
