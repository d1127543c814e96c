import CaffeIO
import Diagnostics
import Engine
import Layers
import Glibc
import RuleModel
import Rules
import Verification

/// One run of `caffold fold` or `caffold apply`: read, plan or replay, write, report.
struct FoldRun {
  private let command: FoldCommand
  /// The plan that is replayed; nil for a run that makes its own.
  private let replayed: PlanFile?

  /// The project file that completed the command.
  private let project: ProjectFile?

  init(_ command: FoldCommand, _ project: ProjectFile? = nil, replaying plan: PlanFile? = nil) {
    self.command = command
    self.project = project
    replayed = plan
  }

  func run() throws {
    try checkPlanPath()
    let protos = try replayed?.protoSources ?? command.fork.sources()
    var schema = try command.fork.schema(protos)
    let fields = SchemaFields(schema, isComplete: !protos.isEmpty)
    let ruleFiles =
      try replayed.map { try RuleLoader.files($0.ruleSources, fields: fields) }
      ?? RuleLoader.files(command.rules, fields: fields)
    schema.harmlessFields.formUnion(ruleFiles.harmlessFields)
    let rules = try RuleLoader.load(command.rules, project, files: ruleFiles, fields: fields)
    let source = SourceText(path: command.model, bytes: try Files.read(command.model))
    let definition = try NetDefinition(try TextDocument(source))
    let weights = try command.weights.map { try WeightsFile(path: $0) }
    try replayed?.check(model: source, weights: weights)
    let state = command.net.state
    let problems = try RuleLoader.faultless(definition.problems(schema: schema, state: state))
    try checkLayerNames(of: definition)
    let plan = try plan(definition, state, weights, rules, schema)
    try checkEffects(of: plan)
    let text = DefinitionEmitter.text(of: plan.graph)
    let result =
      try replayed == nil && command.output.plan == nil
      ? nil : PlanFile.Result(plan, text: text, weights: weights, schema: schema)
    if let result { try replayed?.check(result) }

    var report = FoldReport(plan: plan, state: plan.graph.state, verbose: command.report.verbose)
    report.inputs = [
      .init(role: "model", path: command.model, bytes: source.bytes.count)
    ]
    if let weights {
      report.inputs.append(.init(role: "weights", path: weights.path, bytes: weights.byteCount))
    }
    report.problems = problems
    report.replayed = replayed
    report.untried = replayed == nil ? rules.untried : []
    report.project = project?.source.path
    let planned = Planned(plan: plan, text: text, schema: schema, layouts: rules.layouts)
    if let weights, !command.check.isOff { report.check = try check(planned, weights, report) }
    // Complete before the nets get their names: a plan that cannot be written leaves no nets behind.
    var planFile: AtomicFile?
    if let path = command.output.plan, let result {
      let file = try PlanFile(
        plan, command, model: source, weights: weights, rules: ruleFiles.entries.map(\.source),
        protos: protos, result: result)
      let text = Array(file.text(for: plan).utf8)
      planFile = try AtomicFile(path: path, mayReplace: true)
      try planFile?.write(text)
      report.plannedTo = .init(role: "plan", path: path, bytes: text.count)
    }
    if command.output.writesNets { try write(planned, weights, into: &report) }
    try planFile?.publish()
    switch command.report.format {
    case .json: Console.output(report.json.text)
    case .text: if !command.report.quiet { Console.log(report.text) }
    }
    // The process ends here, and the system takes its memory back at once; a million layers taken apart one by one
    // would be a tenth of the run.
    _ = Unmanaged.passRetained(Kept(report))
  }

  /// What is to be written, and what it takes to run it.
  private struct Planned {
    let plan: Plan
    /// The net definition.
    let text: [UInt8]
    let schema: Schema
    let layouts: [BlobLayout]
  }

  private final class Kept {
    let report: FoldReport
    init(_ report: FoldReport) { self.report = report }
  }
}

extension FoldRun {
  /// Refuses a plan file that is an input, or an output of this run.
  private func checkPlanPath() throws {
    guard let path = command.output.plan else { return }
    try OutputPair.check(path, [command.model] + [command.weights].compactMap(\.self), force: false)
    guard command.output.writesNets else { return }
    let outputs = OutputPaths(command)
    for output in [outputs.model] + [outputs.weights].compactMap(\.self) {
      try OutputPair.check(path, isOtherThan: output)
    }
  }

  private func plan(
    _ definition: NetDefinition, _ state: NetState, _ weights: WeightsFile?, _ rules: RuleSet,
    _ schema: Schema
  ) throws -> Plan {
    var options = PlanOptions()
    options.assumesStoredStatistics = command.net.assumeStoredStatistics
    options.onlyLayers = command.layers.only.map(Glob.init)
    options.skipLayers = command.layers.skip.map(Glob.init)
    options.schema = schema
    options.describesChanges = command.output.plan != nil
    options.recordsOverlaps = command.report.verbose || command.report.format == .json
    // The graph is handed over: a planner that shared it would copy every array of it first.
    guard let replayed else {
      return try Planner.plan(
        NetGraph(definition, state: state), weights: weights, rules: rules, options: options)
    }
    return try Planner.replay(
      replayed, on: NetGraph(definition, state: state), weights: weights, rules: rules, options: options)
  }

  /// Refuses the name of a layer, for `--only-layer` or `--skip-layer`, that no layer has: a slip would fold the very layer
  /// that was to be left alone. A glob may fit nothing, and so may a name of the project file, which is for many nets.
  private func checkLayerNames(of definition: NetDefinition) throws {
    let names = [
      ("--only-layer", command.layers.only, project?.onlyLayers),
      ("--skip-layer", command.layers.skip, project?.skipLayers),
    ].flatMap { option, globs, inherited in
      globs == inherited ? [] : globs.filter { Glob($0).literal != nil }.map { (option, $0) }
    }
    guard replayed == nil, !names.isEmpty else { return }
    let layers = Set(definition.layers.map(\.name))
    for (option, name) in names where !layers.contains(name) {
      throw FoldOptionError.noLayer(name, option: option, model: command.model, layers: layers.sorted())
    }
  }

  /// Refuses what would be written without something that was asked for.
  private func checkEffects(of plan: Plan) throws {
    guard command.output.writesNets || command.output.plan != nil else { return }
    for warning in plan.warnings {
      if case .idleParameter = warning.reason { throw FoldOptionError.idleParameter(warning) }
    }
  }

  /// Runs the layers of every rewrite as they were and as they will be.
  ///
  /// - Throws: `RewriteCheckFailure` where they differ.
  private func check(
    _ planned: Planned, _ weights: WeightsFile, _ report: FoldReport
  ) throws -> CheckReport? {
    let plan = planned.plan
    guard !plan.rewrites.isEmpty else { return nil }
    var options = RewriteChecker.Options()
    options.tolerance = command.check.tolerance ?? RewriteChecker.defaultTolerance
    options.assumesStoredStatistics = command.net.assumeStoredStatistics
    options.schema = planned.schema
    options.layouts = planned.layouts
    let check = try RewriteChecker(plan, weights: weights, text: planned.text, options: options).check()
    let checked = CheckReport(check: check, plan: plan)
    guard check.failures.isEmpty else {
      var report = report
      report.check = checked
      if command.report.format == .json { Console.output(report.json.text) }
      throw RewriteCheckFailure(report: report, check: check)
    }
    return checked
  }

  /// Writes both outputs, or neither.
  private func write(
    _ planned: Planned, _ weights: WeightsFile?, into report: inout FoldReport
  ) throws {
    let (plan, text) = (planned.plan, planned.text)
    let paths = OutputPaths(command)
    let force = command.output.force
    guard let weights, let weightsPath = paths.weights else {
      try OutputPair.check(paths.model, [command.model], force: force)
      // With --force the output may be the input itself: then it must be on the disk before the input goes.
      let file = try AtomicFile(path: paths.model, mayReplace: true, isDurable: force)
      try file.write(text)
      try file.publish()
      report.outputs = [.init(role: "model", path: paths.model, bytes: text.count)]
      return
    }
    let outputs = try OutputPair(
      model: paths.model, weights: weightsPath, inputs: [command.model, weights.path], force: force)
    try outputs.model.write(text)
    let progress = Progress(label: "writing \(weightsPath)")
    try WeightsEmitter(weights).emit(
      WeightsPlan(plan.graph, weights: weights, schema: planned.schema), to: outputs.weights
    ) {
      progress.update($0, of: $1)
    }
    progress.finish()
    if command.output.verify {
      let verification = try verify(planned, weights, outputs, paths)
      report.verification = verification
      guard verification.isEqual else {
        if command.report.format == .json { Console.output(report.json.text) }
        let conversions = plan.rewrites.filter { $0.safety == .conversion }.map(\.rule)
        throw VerificationFailure(report: verification, conversions: Set(conversions).sorted())
      }
    }
    try outputs.publish()
    report.outputs = [
      .init(role: "model", path: paths.model, bytes: text.count),
      .init(role: "weights", path: weightsPath, bytes: outputs.weights.byteCount),
    ]
  }
}

extension FoldRun {
  /// Runs the net as it was and the net as it will be; nothing has its name yet.
  private func verify(
    _ planned: Planned, _ weights: WeightsFile, _ outputs: OutputPair, _ paths: OutputPaths
  ) throws -> VerifyReport {
    let (plan, schema, layouts) = (planned.plan, planned.schema, planned.layouts)
    var before = plan.graph.definition
    if command.net.assumeStoredStatistics { before = try before.usingStoredStatistics() }
    let after = try NetDefinition(TextDocument(SourceText(path: paths.model, bytes: planned.text)))
    // The new weights are read through their open descriptor: they have no name yet.
    let written = try WeightsFile(
      InputFile(owning: dup(outputs.weights.descriptor), path: outputs.weights.path))
    let state = plan.graph.state
    let first = try NetRunner(before, state: state, schema: schema, weights: weights, layouts: layouts)
    let second = try NetRunner(after, state: state, schema: schema, weights: written, layouts: layouts)
    let progress = Progress(label: "running both nets")
    defer { progress.finish() }
    var samples = SampledInputs()
    samples.shapes = try InputArguments(first, model: command.model).shapes(command.output.inputShape)
    let sampled = samples
    let comparison = try NetComparer(first, second).compare(
      samples: 1, in: Float.self,
      inputs: { try sampled.values(of: first, sample: $0, model: command.model, in: Float.self) },
      cut: { sampled.values(behindCutAt: $0, shape: $1, sample: $2, in: Float.self) },
      progress: progress.update)
    // Numbers in half precision have three digits, and so have what is computed from them.
    let isHalf = weights.layers.contains { $0.blobs.contains { $0.storage == .half } }
    return VerifyReport(
      comparison: comparison, tolerance: isHalf ? 1e-2 : 1e-4, verbose: false,
      models: (command.model, paths.model))
  }
}
