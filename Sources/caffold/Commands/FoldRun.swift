import CaffeIO
import Diagnostics
import Engine
import Rules

/// One run of `caffold fold`: read, plan, write, report.
struct FoldRun {
  private let command: FoldCommand

  init(_ command: FoldCommand) { self.command = command }

  func run() throws {
    let rules = try RuleLoader.load(command.rules)
    let source = SourceText(path: command.model, bytes: try Files.read(command.model))
    let definition = try NetDefinition(try TextDocument(source))
    let weights = try command.weights.map { try WeightsFile(path: $0) }
    let state = NetState(
      phase: command.net.phase == .test ? .test : .train, level: command.net.level,
      stages: command.net.stage)
    let graph = try NetGraph(definition, state: state)
    var options = PlanOptions()
    options.assumesStoredStatistics = command.net.assumeStoredStatistics
    options.onlyLayers = command.rules.onlyLayer.map(Glob.init)
    options.skipLayers = command.rules.skipLayer.map(Glob.init)
    let plan = try Planner.plan(graph, weights: weights, rules: rules, options: options)
    let text = DefinitionEmitter.text(of: plan.graph)

    var report = FoldReport(plan: plan, state: graph.state, verbose: command.report.verbose)
    report.inputs = [
      .init(role: "model", path: command.model, bytes: source.bytes.count)
    ]
    if let weights {
      report.inputs.append(.init(role: "weights", path: weights.path, bytes: weights.byteCount))
    }
    if !command.output.dryRun {
      let paths = OutputPaths(command)
      var inputs = [command.model]
      if let weights { inputs.append(weights.path) }
      let outputs = try OutputSet(replacing: inputs, force: command.output.force)
      let modelFile = try outputs.open(paths.model)
      try modelFile.write(text)
      report.outputs = [.init(role: "model", path: paths.model, bytes: text.count)]
      if let weights, let path = paths.weights {
        let file = try outputs.open(path)
        let progress = Progress(label: "writing \(path)")
        try WeightsEmitter.emit(WeightsPlan(plan.graph, net: weights), of: weights, to: file) {
          progress.update($0, of: $1)
        }
        progress.finish()
        report.outputs.append(.init(role: "weights", path: path, bytes: file.byteCount))
      }
      try outputs.commit()
    }
    switch command.report.format {
    case .json: Console.output(report.json.text)
    case .text: if !command.report.quiet { Console.log(report.text) }
    }
  }
}

/// Where the two outputs go.
struct OutputPaths {
  let model: String
  let weights: String?

  init(_ command: FoldCommand) {
    func path(_ explicit: String?, input: String) -> String {
      if let explicit { return explicit }
      let (folder, name) = Files.split(input)
      if let directory = command.output.directory { return Files.join(directory, name) }
      return Files.join(folder, Files.inserting("_inference", beforeExtensionOf: name))
    }
    model = path(command.output.model, input: command.model)
    weights = command.weights.map { path(command.output.weights, input: $0) }
  }
}
