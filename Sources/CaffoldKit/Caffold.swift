import CaffeIO
import Definitions
import Diagnostics
import Engine
import RuleModel
import Rules
import Verification

/// caffold as a library: what the command does, as functions that return results and print nothing.
///
/// Every function throws errors that conform to `DiagnosticError`; `error.diagnostic.text` is the message that the command
/// would print. That a rewrite or a net is wrong is no error, it is a result: see `FoldResult.Outcome`.
public enum Caffold {
  /// The version of the program, by semantic versioning.
  public static let version = "0.1.0"

  /// Rewrites a net by rules and, unless `outputs` is nil or a dry run, writes the result.
  ///
  /// Both outputs are written or neither; nothing is written when the result is not `.done`.
  /// - Parameter outputs: where the result goes; nil for a run that only plans and checks.
  /// - Throws: `DiagnosticError`, for a file that cannot be read or written, a rule that is wrong, options that do not fit the
  ///   net.
  public static func fold(
    _ input: ModelFiles, _ options: RunOptions = RunOptions(), to outputs: OutputOptions? = nil,
    observer: RunObserver = RunObserver()
  ) throws -> FoldResult {
    try FoldRun(input, options, outputs, replaying: nil, observer).run()
  }

  /// Makes the rewrites of a plan file, these and no others.
  ///
  /// - Parameters:
  ///   - plan: the plan file that a fold wrote.
  ///   - input: the files, when they are not where they were when the plan was made.
  ///   - check: how the rewrites are checked; a plan file does not say it.
  ///   - recordsOverlaps: as in `RunOptions`.
  /// - Throws: `DiagnosticError`: what `fold` throws, and errors for a plan that does not fit the files, the rules or this
  ///   version.
  public static func apply(
    _ plan: PlanFile, input: PlanInput = PlanInput(), check: CheckOptions = CheckOptions(),
    to outputs: OutputOptions? = nil, recordsOverlaps: Bool = false, observer: RunObserver = RunObserver()
  ) throws -> FoldResult {
    try Files.restore(
      [input.model ?? plan.model.path, input.weights ?? plan.weights?.path].compactMap(\.self), observer)
    var options = plan.options
    options.check = check
    options.recordsOverlaps = recordsOverlaps
    return try FoldRun(try input.files(of: plan), options, outputs, replaying: plan, observer).run()
  }

  /// Folds a net, writes it as a graph of ONNX operators, and compares the two before the file gets its name.
  ///
  /// Nothing is written when the result is not `.done`.
  /// - Throws: `DiagnosticError`: what `fold` throws, and errors for a layer that operators cannot say and for an input whose
  ///   shape nobody gives.
  public static func export(
    _ input: ModelFiles, _ options: RunOptions = RunOptions(), export: ExportOptions = ExportOptions(),
    observer: RunObserver = RunObserver()
  ) throws -> ExportResult {
    try ExportRun(input, options, export, observer).run()
  }

  /// Runs two nets on the same inputs and compares every blob that both have.
  ///
  /// - Throws: `DiagnosticError`, for a file that cannot be read and for an input whose shape nobody gives.
  public static func verify(
    _ first: ModelFiles, _ second: ModelFiles, _ options: RunOptions = RunOptions(),
    inputs: InputOptions = InputOptions(), observer: RunObserver = RunObserver()
  ) throws -> VerifyResult {
    try VerifyRun(first, second, options, inputs, observer).run()
  }

  /// Looks at a net: what its layers make and cost, and what is strange about them. Nothing is run.
  ///
  /// - Parameters:
  ///   - files: the definition; the weights may be left out.
  ///   - inputShapes: shapes of inputs, or of the tops of layers that cannot be run, as in `InputOptions.shapes`.
  /// - Throws: `DiagnosticError`, for a file that cannot be read. A layer that is faulty is no error, it is a finding.
  public static func inspect(
    _ files: ModelFiles, _ options: RunOptions = RunOptions(), inputShapes: [String] = [],
    observer: RunObserver = RunObserver()
  ) throws -> InspectResult {
    try InspectRun(files, options, inputShapes: inputShapes, observer).run()
  }

  /// Draws a net: its layers, their shapes and connections. A page also shows all that `inspect` knows of the layers, and histograms of
  /// the weights.
  ///
  /// - Parameters:
  ///   - inputShapes: as in `inspect`.
  ///   - path: where the picture is written to; nil for nowhere.
  /// - Returns: the picture.
  /// - Throws: `DiagnosticError`, for a file that cannot be read or written, and for an SVG without Graphviz. Without Graphviz a page is
  ///   written with tables alone, and the observer gets a warning.
  public static func graph(
    _ files: ModelFiles, _ options: RunOptions = RunOptions(), inputShapes: [String] = [],
    format: GraphFormat, writing path: String? = nil, observer: RunObserver = RunObserver()
  ) throws -> [UInt8] {
    try GraphRun(
      subject: .net(files, options), inputShapes: inputShapes, format: format, path: path, observer: observer
    ).run()
  }

  /// As above, for an ONNX file, whose nodes are drawn as layers. The numbers of its initializers are not looked at.
  ///
  /// - Throws: `DiagnosticError`, for a file that cannot be read and for a picture without Graphviz.
  public static func graph(
    onnx path: String, inputShapes: [String] = [], format: GraphFormat, writing output: String? = nil,
    observer: RunObserver = RunObserver()
  ) throws -> [UInt8] {
    try GraphRun(
      subject: .graph(path), inputShapes: inputShapes, format: format, path: output, observer: observer
    ).run()
  }

  /// Looks for what is wrong with a net, by the checks that are always made, by rules that report, and by what is known of the
  /// programs that take it over. Nothing is run and nothing is written.
  ///
  /// - Parameters:
  ///   - options: which reporting rules are tried: by default the built-in ones and all of `options.rules.files`.
  ///   - checking: targets, a baseline, shapes of inputs.
  /// - Throws: `DiagnosticError`, for a file that cannot be read, a rule that is wrong, a target that there is not. A definition
  ///   that is no net is no error, it is a finding.
  public static func check(
    _ files: ModelFiles, _ options: RunOptions = RunOptions(), checking: FindingOptions = FindingOptions(),
    observer: RunObserver = RunObserver()
  ) throws -> CheckResult {
    try CheckRun(files, options, checking, observer).run()
  }

  /// Looks at a weights file: its layers and their blobs.
  ///
  /// - Throws: `DiagnosticError`, for a file that cannot be read.
  public static func inspect(
    weights path: String, observer: RunObserver = RunObserver()
  ) throws -> InspectResult {
    try InspectedWeights.result(path, observer)
  }

  /// Looks at an ONNX file: its nodes, what they make and what they cost.
  ///
  /// Where the file leaves shapes out, the graph is run once on zeros to learn them.
  /// - Parameter inputShapes: shapes of its inputs, as in `InputOptions.shapes`.
  /// - Throws: `DiagnosticError`, for a file that cannot be read.
  public static func inspect(
    onnx path: String, inputShapes: [String] = [], observer: RunObserver = RunObserver()
  ) throws -> InspectResult {
    try InspectedGraph.result(path, inputShapes: inputShapes, observer)
  }

  /// Whether a file holds weights, by its content.
  ///
  /// - Throws: `DiagnosticError`, for a file that cannot be read.
  public static func isWeights(_ path: String) throws -> Bool { try InspectedWeights.areIn(path) }

  /// Whether a file is taken for an ONNX model, by its name.
  public static func isOnnx(_ path: String) -> Bool { path.hasSuffix(".onnx") }

  /// Looks at the blobs of a weights file, and writes them as `.npy` files where a folder is given.
  ///
  /// - Parameters:
  ///   - layer: a layer's name or a glob; nil for all layers.
  ///   - histograms: whether the numbers are counted by size.
  ///   - npyFolder: where `LAYER.INDEX.npy` is written for each blob, in the number type of the file.
  /// - Throws: `DiagnosticError`, for a file that cannot be read or written, and for a layer that is not there.
  public static func weights(
    _ path: String, layer: String? = nil, histograms: Bool = false, npyFolder: String? = nil,
    observer: RunObserver = RunObserver()
  ) throws -> WeightsResult {
    try WeightsRun(
      path: path, pattern: layer, makesHistograms: histograms, folder: npyFolder, observer: observer
    ).run()
  }

  /// Compares two nets by what is written in their files: layers, fields, connections and, where both have weights, blobs.
  ///
  /// - Parameter tolerance: the largest difference of a blob, relative to its largest number, that counts as none.
  /// - Throws: `DiagnosticError`, for a file that cannot be read.
  public static func diff(
    _ first: ModelFiles, _ second: ModelFiles, _ options: RunOptions = RunOptions(), tolerance: Double = 0,
    observer: RunObserver = RunObserver()
  ) throws -> DiffResult {
    try DiffRun(first, second, options, tolerance: tolerance, observer).run()
  }

  /// Compares two weights files: their layers and blobs.
  ///
  /// - Parameter tolerance: as above.
  /// - Throws: `DiagnosticError`, for a file that cannot be read.
  public static func diff(
    weights first: String, _ second: String, tolerance: Double = 0, observer: RunObserver = RunObserver()
  ) throws -> DiffResult {
    try Files.restore([first, second], observer)
    return try BlobPairs.result(first, second, tolerance: tolerance)
  }

  /// Makes the layers between some blobs a net of its own, and writes it unless `outputs` is nil.
  ///
  /// What is kept is copied: comments, fields of forks, the numbers of blobs.
  /// - Parameters:
  ///   - from: the blobs that become inputs, as last written; without any the net's inputs stay.
  ///   - to: the blobs that the part ends with; without any the net's outputs.
  ///   - inputShapes: shapes of the net's inputs, as in `InputOptions.shapes`.
  /// - Throws: `DiagnosticError`, for a file that cannot be read or written, a blob that the net does not have, and ends that have
  ///   nothing between them.
  public static func extract(
    _ input: ModelFiles, from: [Name], to: [Name], _ options: RunOptions = RunOptions(),
    inputShapes: [String] = [], writing outputs: OutputOptions? = nil, observer: RunObserver = RunObserver()
  ) throws -> ExtractResult {
    try ExtractRun(
      input: input, from: from, to: to, options: options, inputShapes: inputShapes, outputs: outputs,
      observer: observer
    ).run()
  }

  /// Gives the inputs of a net other shapes, in whatever way its definition says them, and writes it unless `outputs` is nil or layers do
  /// not suit the new shapes.
  ///
  /// - Throws: `DiagnosticError`, for a file that cannot be read or written, and shapes that cannot be given.
  public static func reshape(
    _ model: String, _ shapes: ReshapeOptions, _ options: RunOptions = RunOptions(),
    writing outputs: OutputOptions? = nil, observer: RunObserver = RunObserver()
  ) throws -> ReshapeResult {
    try ReshapeRun(model: model, shapes: shapes, options: options, outputs: outputs, observer: observer).run()
  }

  /// Finds the smallest net for which a test still fails, and writes it unless `outputs` is nil.
  ///
  /// Each smaller net that fails is written at once, so that it is there whatever ends the run.
  /// - Parameters:
  ///   - report: told of each net that was tried after the whole one.
  ///   - test: whether a net fails; the first that it is given is the whole one. Files last until it returns.
  /// - Throws: `DiagnosticError`, for a file that cannot be read or written; and what `test` throws.
  public static func reduce(
    _ input: ModelFiles, _ options: RunOptions = RunOptions(), reducing: ReduceOptions = ReduceOptions(),
    writing outputs: OutputOptions? = nil, observer: RunObserver = RunObserver(),
    report: @escaping (ReduceStep) -> Void = { _ in }, test: @escaping (ModelFiles) throws -> ReduceVerdict
  ) throws -> ReduceResult {
    try ReduceRun(input, options, reducing, outputs, observer, report: report, test: test).run()
  }

  /// Runs a net and writes blobs as NumPy files.
  ///
  /// - Parameters:
  ///   - inputs: values and shapes of inputs; those without values get random numbers.
  ///   - path: a folder, or a file whose name ends in `.npz`.
  ///   - all: whether all blobs are written, as they stand at the end, or the outputs alone.
  /// - Throws: `DiagnosticError`, for a file that cannot be read or written and for an input whose shape nobody gives.
  public static func run(
    _ net: ModelFiles, _ options: RunOptions = RunOptions(), inputs: InputOptions = InputOptions(),
    writing path: String, all: Bool = false, observer: RunObserver = RunObserver()
  ) throws -> DumpResult {
    try DumpRun(
      files: net, options: options, inputs: inputs, path: path, writesAll: all, observer: observer
    ).run()
  }

  /// Compares blobs that another runtime dumped with what the net computes.
  ///
  /// - Parameters:
  ///   - dump: a `.npz` file or a folder of `.npy` files.
  ///   - inputs: values of inputs that the dump does not hold.
  /// - Throws: `DiagnosticError`, for a file that cannot be read and for an input without values.
  public static func compare(
    _ net: ModelFiles, dump: String, _ options: RunOptions = RunOptions(),
    inputs: InputOptions = InputOptions(), comparing: CompareOptions = CompareOptions(),
    observer: RunObserver = RunObserver()
  ) throws -> CompareResult {
    try CompareRun(
      files: net, path: dump, options: options, inputs: inputs, comparing: comparing, observer: observer
    ).run()
  }

  /// Says for one layer what the rules of a fold found there, and why they did nothing.
  ///
  /// - Parameter rule: the only rule that is asked about, whether a fold would try it or not.
  /// - Throws: `DiagnosticError`, for a file that cannot be read, a layer that the net does not have, a rule that is wrong.
  public static func why(
    _ layer: String, _ input: ModelFiles, rule: String? = nil, _ options: RunOptions = RunOptions(),
    observer: RunObserver = RunObserver()
  ) throws -> WhyResult {
    try WhyRun(layer: layer, input: input, rule: rule, options: options, observer: observer).run()
  }

  /// Runs a net and an ONNX file, whoever made it, on the same inputs and compares every blob that both have.
  ///
  /// Inputs and outputs are matched by name, and by their order where all names are others. The operators of the file must be
  /// known.
  /// - Throws: `DiagnosticError`, for a file that cannot be read, an operator that cannot be run, an input whose shape nobody gives.
  public static func verify(
    _ net: ModelFiles, onnx path: String, _ options: RunOptions = RunOptions(),
    inputs: InputOptions = InputOptions(), observer: RunObserver = RunObserver()
  ) throws -> VerifyResult {
    try OnnxVerifyRun(net, path, options, inputs, observer).run()
  }

  /// Tries rules on random nets that are made from their patterns, and compares what the nets compute before and after.
  ///
  /// - Parameter subjects: rule files, folders of them, ids, globs or tags; without any, all rules of `options.rules.files`,
  ///   else all built-in ones.
  /// - Throws: `DiagnosticError`, for a rule file that is wrong and a subject that fits nothing.
  public static func prove(
    _ subjects: [String] = [], _ options: RunOptions = RunOptions(), proof: ProveOptions = ProveOptions(),
    observer: RunObserver = RunObserver()
  ) throws -> ProveResult {
    let schemas = try ForkSchemas(options.protos, observer)
    let (named, layouts, schema) = try RuleSubjects.rules(subjects, options.rules, schemas)
    let rules = try RuleSet.giving(
      try options.rules.arguments, to: named, among: try BuiltinRules.load().rules + named)
    let definitions = try RuleSubjects.definitions(subjects, options.rules, schemas, inAllFiles: true)
    let proofOptions = proof.options(schema)
    var proofs: [(rule: Rule, proof: RuleProof)] = []
    for (index, rule) in rules.enumerated() {
      observer.progress(.init(task: .proving, done: index, total: rules.count))
      let others = proofOptions.isTogether ? rules : []
      proofs.append(
        (
          rule,
          try RuleProver.prove(
            rule, with: others, layouts: layouts, definitions: definitions, options: proofOptions)
        ))
    }
    observer.progress(.init(task: .proving, done: rules.count, total: rules.count))
    return ProveResult(proofs: proofs, options: proofOptions)
  }

  /// Runs the tests inside rules and layer definitions.
  ///
  /// - Parameter subjects: as for `prove`.
  /// - Throws: `DiagnosticError`, for a rule file that is wrong and a subject that fits nothing.
  public static func testRules(
    _ subjects: [String] = [], _ options: RunOptions = RunOptions(), observer: RunObserver = RunObserver()
  ) throws -> RuleTestResult {
    let schemas = try ForkSchemas(options.protos, observer)
    let (rules, layouts, schema) = try RuleSubjects.rules(subjects, options.rules, schemas)
    let definitions = try RuleSubjects.definitions(subjects, options.rules, schemas)
    return RuleTestResult(
      report: RuleTestReport(
        running: rules, layouts: layouts, schema: schema,
        definitions: definitions.map { ($0, DefinitionTestRunner.run($0, among: layouts, schema: schema)) }))
  }
}
