import CaffeIO
import Diagnostics
import Engine
import Glibc
import Layers
import RuleModel
import Rules
import Threads
import Verification

/// One fold or replay: read, plan, check, write.
struct FoldRun {
  private let input: ModelFiles
  private let options: RunOptions
  private let outputs: OutputOptions?
  /// The plan that is replayed; nil for a run that makes its own.
  private let replayed: PlanFile?
  /// The program that takes the result over; nil for none.
  let target: Target?
  let observer: RunObserver

  /// - Throws: `DiagnosticError` for a target that there is not, or that does not take `input`.
  init(
    _ input: ModelFiles, _ options: RunOptions, _ outputs: OutputOptions?,
    replaying plan: PlanFile?, for taken: Target.Input = .caffe, _ observer: RunObserver
  ) throws {
    self.input = input
    (self.options, target) = try options.aimed(at: taken)
    self.outputs = outputs
    replayed = plan
    self.observer = observer
  }

  /// A fold that is planned and checked, before anything is written.
  struct Prepared {
    var folded: Folded
    var result: FoldResult
    /// The net definition as it was read.
    let source: SourceText
    let ruleFiles: RuleFiles
    let schemas: ForkSchemas
    /// The files that the run reads: no output may replace one of them.
    let guarded: [String]
    /// What the result has to be where a plan is replayed or written.
    let stated: PlanFile.Result?
  }

  func run() throws -> FoldResult {
    let prepared = try prepare()
    let folded = prepared.folded
    var result = prepared.result
    guard result.outcome == .done else { return try reporting(result, folded) }
    var written = Written()
    if let path = outputs?.plan, let stated = prepared.stated {
      let file = try PlanFile(
        folded.plan, options, model: prepared.source, weights: folded.weights,
        rules: prepared.ruleFiles.entries.map(\.source), protos: prepared.schemas.sources, result: stated)
      try write(file.text(for: folded.plan), to: path, into: &written)
    }
    if let outputs, outputs.makesNets {
      try write(folded, outputs, prepared.guarded, into: &written, &result)
    }
    guard result.outcome == .done else { return try reporting(result, folded) }
    if let target { result.target = try judge(folded, for: target, written.weights) }
    try folded.checkInputs()
    guard !result.isDryRun else { return try reporting(result, folded) }
    result.outputs = written.nets
    result.planFile = written.plan
    return try reporting(result, folded, beside: written.files)
  }

  /// Puts outputs in place, and the page about the fold if one is asked for. A run that writes no net writes the page all the same:
  /// the page says why.
  private func reporting(
    _ result: FoldResult, _ folded: Folded, beside files: [AtomicFile] = []
  ) throws -> FoldResult {
    var result = result
    var files = files
    if let path = outputs?.report {
      let page = try report(result, folded, to: path)
      result.reportFile = .init(path: path, byteCount: page.byteCount)
      files.append(page)
    }
    try AtomicFile.publish(files)
    return result
  }

  /// Reads, plans and checks.
  ///
  /// - Parameters:
  ///   - rewrites: whether rules are tried at all.
  ///   - begin: called with the net definition as soon as it is read.
  func prepare(rewrites: Bool = true, begin: ((NetDefinition) -> Void)? = nil) throws -> Prepared {
    try restoreFiles()
    let schemas =
      try replayed.map { try ForkSchemas($0.protoSources, observer) }
      ?? ForkSchemas(options.protos, observer)
    let ruleFiles =
      try replayed.map { try RuleLoader.files($0.ruleSources, fields: schemas.fields) }
      ?? RuleLoader.files(options.rules, fields: schemas.fields)
    let schema = schemas.schema(with: ruleFiles)
    let guarded = readPaths(ruleFiles, schemas)
    try checkPaths(guarded)
    let file = try InputFile(path: input.model)
    let source = SourceText(path: input.model, bytes: try Files.read(file))
    let definition = try NetDefinition(try TextDocument(source))
    begin?(definition)
    // Rules are many and the net is large: both are read at the same time.
    let ruleReader = Future { [options] in
      try RuleLoader.load(options.rules, files: ruleFiles, for: definition)
    }
    let net = Result { try weightsAndProblems(of: definition, source, schema) }
    // What is wrong with the rules is told first, whichever of the two is read first.
    let rules = rewrites ? try ruleReader.get() : try ruleReader.get().withoutRules
    let (weights, problems) = try net.get()
    let upgrade = rules.needsCurrentSyntax ? try SyntaxUpgrade(definition) : nil
    let plan = try plan(upgrade?.definition ?? definition, weights, rules, schema)
    try checkEffects(of: plan)
    let folded = Folded(
      read: [file] + (weights.map { [$0.file] } ?? []), original: definition, upgrade: upgrade,
      plan: plan, text: DefinitionEmitter.text(of: plan.graph), weights: weights, schema: schema,
      rules: rules, definitions: ruleFiles.definitions)
    let stated = try replayed == nil && outputs?.plan == nil ? nil : folded.stated
    if let stated { try replayed?.check(stated) }
    var result = FoldResult(
      definition: folded.text,
      inputs: .init(
        model: .init(path: input.model, byteCount: source.bytes.count),
        weights: weights.map { .init(path: $0.path, byteCount: $0.byteCount) }),
      isDryRun: outputs?.isDryRun ?? true, original: source, upgrade: upgrade?.changes, plan: plan,
      upgradedWeightLayers: upgrade == nil ? 0 : weights?.layers.count { $0.generation != .v2 } ?? 0,
      replayed: replayed,
      untried: replayed == nil ? rules.untried : [], projectFile: options.projectFile)
    result.problems = problems
    try check(folded, into: &result)
    return Prepared(
      folded: folded, result: result, source: source, ruleFiles: ruleFiles, schemas: schemas,
      guarded: guarded, stated: stated)
  }
}

extension FoldRun {
  /// The weights of a net without errors, and what else is to be said of its definition.
  private func weightsAndProblems(
    of definition: NetDefinition, _ source: SourceText, _ schema: Schema
  ) throws -> (weights: WeightsFile?, problems: [DefinitionProblem]) {
    let weights = try input.weights.map { try WeightsFile(path: $0) }
    try replayed?.check(model: source, weights: weights)
    let problems = try definition.problems(schema: schema, state: options.net.state)
    let errors = problems.filter(\.isError).prefix(FaultyFiles.limit)
    if !errors.isEmpty { throw FaultyFiles(Array(errors)) }
    if let weights {
      try MissingBlobs.check(definition, in: options.net.state, schema: schema, weights: weights)
    }
    try checkLayerNames(of: definition)
    return (weights, problems)
  }
}

/// Outputs that are complete and have no names yet.
private struct Written {
  /// The files; a net definition comes before its weights.
  var files: [AtomicFile] = []
  var nets: FoldResult.Files?
  var plan: FoldResult.File?
  /// The weights among them, open.
  var weights: AtomicFile?
}

extension FoldRun {
  /// The files that this run reads, whatever they are for.
  private func readPaths(_ ruleFiles: RuleFiles, _ schemas: ForkSchemas) -> [String] {
    [input.model, input.weights, options.projectFile, replayed?.path].compactMap(\.self)
      + (replayed == nil
        ? ruleFiles.entries.map(\.source.path) + schemas.sources.map(\.path) : [])
  }

  /// Puts back what a run that was killed has left half done, at the inputs and, where something is written, at the outputs.
  private func restoreFiles() throws {
    var paths = [input.model, input.weights].compactMap(\.self)
    if let outputs, !outputs.isDryRun {
      let written = outputs.paths(for: input)
      if outputs.makesNets { paths += [written.model, written.weights].compactMap(\.self) }
      paths += [outputs.plan].compactMap(\.self)
    }
    paths += [outputs?.report].compactMap(\.self)
    try Files.restore(paths, observer)
  }

  /// Refuses outputs that are files which the run reads, or each other.
  private func checkPaths(_ read: [String]) throws {
    guard let outputs else { return }
    let paths = outputs.paths(for: input)
    var written: [String] = []
    if outputs.makesNets { written = [paths.model] + [paths.weights].compactMap(\.self) }
    for path in written { try OutputPair.check(path, read, force: outputs.mayReplaceInputs) }
    for extra in [outputs.plan, outputs.report].compactMap(\.self) {
      try OutputPair.check(extra, read, force: false)
      for path in written { try OutputPair.check(extra, isOtherThan: path) }
      written.append(extra)
    }
  }

  private func plan(
    _ definition: NetDefinition, _ weights: WeightsFile?, _ rules: RuleSet, _ schema: Schema
  ) throws -> Plan {
    let planning = planOptions(schema)
    // The graph is handed over: a planner that shared it would copy every array of it first.
    guard let replayed else {
      return try Planner.plan(
        NetGraph(definition, state: options.net.state), weights: weights, rules: rules, options: planning)
    }
    return try Planner.replay(
      replayed.rewrites, on: NetGraph(definition, state: options.net.state), weights: weights,
      rules: rules, options: planning)
  }

  private func planOptions(_ schema: Schema) -> PlanOptions {
    var planning = PlanOptions()
    planning.assumesStoredStatistics = options.net.assumesStoredStatistics
    planning.onlyLayers = options.layers.only.map(Glob.init)
    planning.skipLayers = options.layers.skip.map(Glob.init)
    planning.schema = schema
    planning.describesChanges = outputs?.plan != nil
    planning.recordsOverlaps = options.recordsOverlaps
    return planning
  }

  /// Refuses the name of a layer that no layer has: a slip would fold the very layer that was to be left alone. A glob may
  /// fit nothing, and so may a name of the project file, which is for many nets.
  private func checkLayerNames(of definition: NetDefinition) throws {
    let names = [("--only-layer", options.layers.only), ("--skip-layer", options.layers.skip)].flatMap {
      option, globs in
      globs.filter { Glob($0).literal != nil && !options.layers.optional.contains($0) }.map { (option, $0) }
    }
    guard replayed == nil, !names.isEmpty else { return }
    let layers = Set(definition.layers.map(\.name))
    for (option, name) in names where !layers.contains(where: Glob(name).matches) {
      throw FoldOptionError.noLayer(
        name, option: option, model: input.model, layers: layers.sorted().map(\.description))
    }
  }

  /// Refuses what would be written without something that was asked for. A value of the project file, which is for many nets,
  /// may have no effect; so may one whose rewrites a reviewer has disabled in a plan.
  private func checkEffects(of plan: Plan) throws {
    guard replayed == nil else { return }
    let asked = Set(try options.rules.arguments.filter { $0.place == nil }.map(\.name))
    for warning in plan.warnings {
      if case .idleParameter(let name, _, _, _) = warning.reason, asked.contains(name) {
        throw FoldOptionError.idleParameter(warning)
      }
    }
  }

  /// Runs the layers of every rewrite as they were and as they will be.
  private func check(_ folded: Folded, into result: inout FoldResult) throws {
    guard let weights = folded.weights, options.check.isOn, !folded.plan.rewrites.isEmpty else { return }
    var checking = RewriteChecker.Options()
    checking.tolerance = options.check.tolerance ?? RewriteChecker.defaultTolerance
    checking.judgesApproximate = options.check.tolerance != nil
    checking.assumesStoredStatistics = options.net.assumesStoredStatistics
    checking.schema = folded.schema
    checking.layouts = folded.rules.layouts
    checking.definitions = folded.definitions
    let checker = RewriteChecker(folded.plan, weights: weights, text: folded.text, options: checking) {
      var planning = planOptions(folded.schema)
      planning.recordsOverlaps = false
      return try Planner.plan(
        NetGraph(folded.plan.graph.definition, state: options.net.state), weights: weights,
        rules: folded.rules.withoutConversions, options: planning)
    }
    let check = try checker.check()
    result.check = check
    if !check.failures.isEmpty { result.outcome = .checkFailed }
  }
}

extension FoldRun {
  private func write(_ plan: String, to path: String, into written: inout Written) throws {
    let bytes = Array(plan.utf8)
    written.files.append(try AtomicFile(path: path, holding: bytes, from: input.model))
    written.plan = .init(path: path, byteCount: bytes.count)
  }

  private func write(
    _ folded: Folded, _ outputs: OutputOptions, _ read: [String], into written: inout Written,
    _ result: inout FoldResult
  ) throws {
    let paths = outputs.paths(for: input)
    let model = FoldResult.File(path: paths.model, byteCount: folded.text.count)
    guard let (weights, planned) = folded.weightsPlan, let weightsPath = paths.weights else {
      written.files.insert(
        try AtomicFile(path: paths.model, holding: folded.text, from: input.model), at: 0)
      written.nets = .init(model: model, weights: nil)
      return
    }
    var weightsPlan = planned
    let numbers = outputs.numbers ?? target?.numbers
    weightsPlan.storage = numbers?.storage
    let pair = try OutputPair(
      model: paths.model, weights: weightsPath, inputs: read, force: outputs.mayReplaceInputs,
      from: (input.model, weights.path))
    try pair.model.write(folded.text)
    try WeightsEmitter(weights).emit(weightsPlan, to: pair.weights) {
      observer.progress(.init(task: .writing(path: weightsPath), done: $0, total: $1))
    }
    if let verification = outputs.verification, folded.isChanged || numbers != nil {
      let verified = try verify(folded, weights, pair, verification)
      result.verification = verified
      if !verified.isEqual { result.outcome = .netsDiffer }
    }
    written.files.insert(contentsOf: [pair.model, pair.weights], at: 0)
    written.weights = pair.weights
    written.nets = .init(
      model: model, weights: .init(path: weightsPath, byteCount: pair.weights.byteCount))
  }

  /// What the target refuses or misreads of the result.
  ///
  /// - Parameter file: the new weights, which have no name yet; nil for a run that makes none.
  func judge(_ folded: Folded, for target: Target, _ file: AtomicFile? = nil) throws -> TargetFindings {
    let path = outputs?.paths(for: input).model ?? input.model
    let weights = try file.map { try WeightsFile(InputFile(owning: dup($0.descriptor), path: $0.path)) }
    let net = try CheckedNet(
      NetDefinition(TextDocument(SourceText(path: path, bytes: folded.text))), weights: weights,
      state: options.net.state, schema: folded.schema, layouts: folded.rules.layouts)
    return TargetFindings(
      name: target.id, findings: try net.findings(of: target).sorted(by: Finding.isBefore))
  }

  /// Runs the net as it was and the net as it will be; nothing has its name yet.
  private func verify(
    _ folded: Folded, _ weights: WeightsFile, _ pair: OutputPair, _ verification: VerificationOptions
  ) throws -> VerifyResult {
    var before = folded.original
    if options.net.assumesStoredStatistics { before = try before.usingStoredStatistics() }
    let after = try NetDefinition(TextDocument(SourceText(path: pair.model.path, bytes: folded.text)))
    // The new weights are read through their open descriptor: they have no name yet.
    let written = try WeightsFile(InputFile(owning: dup(pair.weights.descriptor), path: pair.weights.path))
    let state = folded.plan.graph.state
    func nets(_ shapes: [Name: [Int]]) throws -> (NetRunner, NetRunner) {
      (
        try NetRunner(
          before, state: state, schema: folded.schema, weights: weights, layouts: folded.rules.layouts,
          definitions: folded.definitions, shapes: shapes, borrowed: folded.borrowed),
        try NetRunner(
          after, state: state, schema: folded.schema, weights: written, layouts: folded.rules.layouts,
          definitions: folded.definitions, shapes: shapes)
      )
    }
    var inputs = InputOptions()
    inputs.shapes = verification.inputShapes
    let made = try NetsForInputs.make(inputs, model: input.model, pair: { $0 }, nets)
    let (first, second) = made.nets
    try MissingBlobs.check(first, weights: weights)
    var comparing = NetVerification()
    comparing.inputs = made.inputs
    // Numbers in half precision have three digits, and so have what is computed from them.
    let isHalf = (weights.layers + written.layers).contains { $0.blobs.contains { $0.storage == .half } }
    comparing.tolerance = isHalf ? 1e-2 : 1e-4
    comparing.converted = ConvertedBlobs(folded.plan)
    let comparison = try comparing.compare(first, second, in: Float.self, model: input.model) {
      observer.progress(.init(task: .running, done: $0, total: $1))
    }
    return VerifyResult(comparison: comparison, models: [input.model, pair.model.path])
  }
}
