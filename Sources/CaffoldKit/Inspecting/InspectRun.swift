import CaffeIO
import Diagnostics
import Layers

/// One look at a net: every fact comes from the descriptions of its layers.
struct InspectRun {
  private let files: ModelFiles
  private let options: RunOptions
  private let inputShapes: [String]
  private let observer: RunObserver

  init(_ files: ModelFiles, _ options: RunOptions, inputShapes: [String], _ observer: RunObserver) {
    self.files = files
    self.options = options
    self.inputShapes = inputShapes
    self.observer = observer
  }

  func run() throws -> InspectResult {
    try Files.restore([files.model, files.weights].compactMap(\.self), observer)
    let knowledge = try LayerKnowledge(options, observer)
    let definition = try NetDefinition(
      TextDocument(SourceText(path: files.model, bytes: try Files.read(files.model))))
    let state = options.net.state
    let weights = try files.weights.map { try WeightsFile(path: $0) }
    let described = try DescribedNet(
      definition, state: state, weights: weights, knowledge: knowledge, inputShapes: inputShapes,
      model: files.model)
    var result = described.result(files)
    let problems =
      try definition.problems(schema: knowledge.schema, state: state)
      + definition.connectionProblems(state: state)
    result.findings += problems.map(Finding.init)
    result.findings += NetFindings(
      definition: definition, net: described.net, costs: described.costs,
      inputs: result.inputs.map { ($0.name, $0.shape) },
      faultyLayers: Set(problems.filter(\.kind.isAboutText).compactMap(\.layer))
    ).all()
    if let weights, let runner = described.runner {
      try WeightsMatch(weights, runner, described.costs).add(to: &result)
    }
    return result
  }
}
