import CaffeIO
import Definitions
import Diagnostics
import Engine
import Export
import Layers
import OnnxIO
import RuleModel
import Rules
import Threads
import Verification

/// One export: fold, lower, write, read back, compare.
struct ExportRun {
  private let input: ModelFiles
  private let options: RunOptions
  private let export: ExportOptions
  private let observer: RunObserver

  init(_ input: ModelFiles, _ options: RunOptions, _ export: ExportOptions, _ observer: RunObserver) {
    self.input = input
    self.options = options
    self.export = export
    self.observer = observer
  }

  /// The name of a batch of any size.
  private static let batchSymbol = "N"

  func run() throws -> ExportResult {
    let path = export.path ?? Files.withExtension(of: "net.onnx", input.model)
    try Files.restore([path, path + ".data"], observer)
    let fold = try FoldRun(input, options, nil, replaying: nil, for: .onnx, observer)
    var definitionReader: Future<Void>?
    defer { withExtendedLifetime(definitionReader) {} }
    let prepared = try fold.prepare(rewrites: export.folds) { net in
      // They are not needed before the net is folded.
      definitionReader = DefinitionSet.readAhead(ofTypes: Set(net.layers.map(\.type)))
    }
    let weights = prepared.folded.weights
    var options = InputOptions()
    options.shapes = export.inputShapes
    var (original, inputs) = try NetsForInputs.makeOne(options, model: input.model) { shapes in
      try self.original(prepared.folded, weights, shapes)
    }
    let definitions = DefinitionSet(adding: prepared.folded.definitions)
    // The executor does not ask for an input that only unknown layers read; the graph needs it.
    for (name, shape) in original.inputs where !original.unreadInputs.contains(name) {
      inputs.shapes[name] = inputs.shapes[name] ?? shape
    }
    let wanted = try inputs.inputs(original, original, model: input.model)
    let lowered = try lower(prepared.folded, weights, definitions, wanted, inputs.shapes)
    var result = ExportResult(
      opset: export.opset,
      layers: lowered.net.layers.map {
        .init(
          name: $0.subject.name, type: $0.subject.type, operators: $0.operators, isConstant: $0.isConstant,
          isDefinedAlone: $0.isDefinedAlone, isKept: $0.kept == .unknown,
          isNative: $0.kept == .native)
      },
      inputs: lowered.net.graph.inputs.map(ExportResult.Value.init),
      outputs: lowered.net.graph.outputs.map(ExportResult.Value.init),
      operatorCounts: lowered.net.operatorCounts, fold: prepared.result)
    guard prepared.result.outcome == .done else {
      result.outcome = .checkFailed
      return result
    }
    if let target = fold.target {
      let found = try fold.judge(prepared.folded, for: target)
      result.target = TargetFindings(
        name: found.name,
        findings: found.findings + OperatorCheck(target: target).findings(of: result, path: path))
    }
    let writer = try OnnxWriter(model(lowered.net), path: path)
    let output = try OnnxOutput(
      for: writer, inputs: prepared.guarded, force: export.mayReplaceInputs,
      from: (model: input.model, data: weights?.path ?? input.model))
    try writer.write(to: output) {
      observer.progress(.init(task: .writing(path: path), done: $0, total: $1))
    }
    if export.isChecked {
      inputs.shapes = lowered.shapes
      let proof = try prove(original, lowered.net, try output.reader().read(), inputs, weights)
      result.proof = proof
      guard proof.isSound else {
        result.outcome = .notProven
        return result
      }
    }
    try prepared.folded.checkInputs()
    try output.publish()
    result.files = [FoldResult.File(path: path, byteCount: writer.byteCount)]
    if let count = writer.dataByteCount {
      result.files.append(.init(path: writer.dataPath, byteCount: count))
    }
    return result
  }

  /// The net as it was read: what the graph is compared with.
  private func original(
    _ folded: Folded, _ weights: WeightsFile?, _ shapes: [Name: [Int]]
  ) throws -> NetRunner {
    var definition = folded.original
    if options.net.assumesStoredStatistics { definition = try definition.usingStoredStatistics() }
    let borrowed = folded.borrowed
    let net = try NetRunner(
      definition, state: folded.plan.graph.state, schema: folded.schema, weights: weights,
      layouts: folded.rules.layouts, definitions: folded.definitions, shapes: shapes, borrowed: borrowed)
    if let weights { try MissingBlobs.check(net, weights: weights) }
    return net
  }

  // MARK: - Lowering

  /// The graph, and the shapes of the inputs that it was made for.
  private func lower(
    _ folded: Folded, _ weights: WeightsFile?, _ definitions: DefinitionSet, _ inputs: [SampledInputs.Input],
    _ given: [Name: [Int]]
  ) throws -> (net: LoweredNet, shapes: [Name: [Int]]) {
    let net = WorkingNet(
      folded.plan, weights: weights, layouts: folded.rules.layouts, schema: folded.schema,
      assumesStoredStatistics: options.net.assumesStoredStatistics)
    let nativeTypes = try export.profile.map { try TargetLoader.nativeTypes(of: $0) }
    func lower(_ net: WorkingNet, batch: Int?) throws -> (net: LoweredNet, shapes: [Name: [Int]]) {
      var shapes = Dictionary(inputs.map { ($0.name, $0.shape) }) { first, _ in first }
      if let batch { for name in shapes.keys where !shapes[name]!.isEmpty { shapes[name]![0] = batch } }
      // What layers make that are kept as they are has the shape that was given.
      shapes.merge(given) { shape, _ in shape }
      var lowering = NetLowering.Options()
      lowering.opset = export.opset
      lowering.shapes = shapes
      lowering.keepsHalf = !export.widensHalf
      // What a layer that nobody knows makes of another batch nobody knows either.
      lowering.nativeTypes = nativeTypes
      lowering.keepsUnknown = export.keepsUnknown && !export.hasDynamicBatch
      var run = NetLowering(net, weights: weights, definitions: definitions, options: lowering)
      return (try run.lower(), shapes)
    }
    guard export.hasDynamicBatch else { return try lower(net, batch: export.batch) }
    // What is the same for two batches is the same for all: no operator has a batch in it.
    var (lowered, shapes) = try lower(WorkingNet(like: net), batch: 2)
    try lowered.takeDynamicBatch(Self.batchSymbol, comparing: lower(net, batch: 3).net)
    return (lowered, shapes)
  }

  private func model(_ net: LoweredNet) -> OnnxModel {
    OnnxModel(
      irVersion: OnnxModel.irVersion(ofOpset: export.opset), opsets: net.opsets(export.opset),
      producerName: "caffold", producerVersion: Caffold.version, graph: net.graph)
  }

  private func prove(
    _ net: NetRunner, _ lowered: LoweredNet, _ model: OnnxModel, _ inputs: SampledInputs,
    _ weights: WeightsFile?
  ) throws -> OnnxProof.Result {
    var proof = OnnxProof()
    proof.inputs = inputs
    // Numbers in half precision have three digits, and so have what is computed from them.
    let isHalf = weights?.layers.contains { $0.blobs.contains { $0.storage == .half } } ?? false
    proof.tolerance = export.tolerance ?? (isHalf ? 1e-2 : 1e-4)
    return try proof.compare(
      net, model, OnnxCorrespondence(lowered), lowered: lowered, path: input.model
    ) {
      observer.progress(.init(task: .running, done: $0, total: $1))
    }
  }
}

extension ExportResult.Value {
  init(_ value: OnnxValue) {
    self.init(
      name: value.name,
      shape: (value.shape ?? []).map { if case .known(let size) = $0 { size } else { nil } })
  }
}
