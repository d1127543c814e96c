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
    let schemas = try ForkSchemas(options.protos, observer)
    let (schema, layouts) = try knowledge(schemas)
    let first = try net(nets.0, schema, layouts)
    let second = try net(nets.1, schema, layouts)
    let comparison =
      inputs.isDouble
      ? try compare(first, second, in: Double.self) : try compare(first, second, in: Float.self)
    return VerifyResult(
      comparison: comparison, tolerance: inputs.tolerance, models: [nets.0.model, nets.1.model])
  }

  /// What the user's files say about layers: harmless fields and layouts. Without such files the executor's own knowledge
  /// must do.
  private func knowledge(_ schemas: ForkSchemas) throws -> (schema: Schema, layouts: [BlobLayout]) {
    guard !options.rules.files.isEmpty else { return (schemas.schema, []) }
    let files = try RuleLoader.files(options.rules, fields: schemas.fields)
    return (schemas.schema(with: files), try RuleLoader.loadAll(options.rules, files: files).layouts)
  }

  private func net(_ files: ModelFiles, _ schema: Schema, _ layouts: [BlobLayout]) throws -> NetRunner {
    var definition = try NetDefinition(
      TextDocument(SourceText(path: files.model, bytes: try Files.read(files.model))))
    if options.net.assumesStoredStatistics { definition = try definition.usingStoredStatistics() }
    guard let weights = files.weights else { throw FoldOptionError.noWeights(model: files.model) }
    return try NetRunner(
      definition, state: options.net.state, schema: schema, weights: try WeightsFile(path: weights),
      layouts: layouts)
  }

  private func compare<S: NetScalar>(
    _ first: NetRunner, _ second: NetRunner, in scalar: S.Type
  ) throws -> NetComparison {
    var sampled = SampledInputs()
    sampled.seed = inputs.seed
    let model = nets.0.model
    let arguments = InputArguments(first, model: model)
    sampled.shapes = try arguments.shapes(inputs.shapes)
    sampled.given = try arguments.named(inputs.values).mapValues {
      try InputValues(try Files.read($0), path: $0)
    }
    let values = sampled
    return try NetComparer(first, second).compare(
      samples: values.given.isEmpty ? inputs.samples : 1, in: scalar,
      inputs: { try values.values(of: first, sample: $0, model: model, in: scalar) },
      cut: { values.values(behindCutAt: $0, shape: $1, sample: $2, in: scalar) },
      progress: { observer.progress(.init(task: .running, done: $0, total: $1)) })
  }
}
