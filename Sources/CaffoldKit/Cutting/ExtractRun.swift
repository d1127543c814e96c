import CaffeIO
import Diagnostics
import Engine
import Layers

/// One cut: the layers between some blobs become a net of their own.
struct ExtractRun {
  let input: ModelFiles
  /// The blobs that the part begins with; without any it begins with the inputs of the net.
  let from: [Name]
  /// The blobs that it ends with; without any it ends with the outputs of the net.
  let to: [Name]
  let options: RunOptions
  let inputShapes: [String]
  let outputs: OutputOptions?
  let observer: RunObserver

  func run() throws -> ExtractResult {
    try Files.restore([input.model, input.weights].compactMap(\.self), observer)
    let file = try InputFile(path: input.model)
    let definition = try NetDefinition(
      TextDocument(SourceText(path: input.model, bytes: try Files.read(file))))
    let schema = try LayerKnowledge(options, observer).schema
    let state = options.net.state
    let shapes = try ValueShapes(definition, state, schema, inputShapes, model: input.model)
    let graph = try NetGraph(definition, state: state)
    let given = try beginnings(in: graph)
    let wanted = try ends(in: graph, given)
    let (kept, read) = graph.layers(making: wanted, from: Set(given))
    if let idle = given.first(where: { !read.contains($0) }) {
      throw error(.notNeeded(graph.blobName(of: idle), ends: wanted.map(graph.blobName)))
    }
    let inputs = try given.map { value in
      guard let shape = shapes.shape(of: value, in: graph) else {
        throw error(.noShape(graph.blobName(of: value)))
      }
      return (value: value, shape: shape)
    }
    let part = try NetPart(graph, keeping: kept, inputs: inputs, model: input.model)
    let text = part.text
    var result = ExtractResult(
      definition: text, keptCount: kept.count, layerCount: definition.layers.count,
      inputs: [],
      outputs: wanted.map { .init(name: part.graph.blobName(of: $0), shape: shapes.shape(of: $0, in: graph)) }
    )
    let cut = try NetRunner(
      NetDefinition(TextDocument(SourceText(path: input.model, bytes: text))), state: state, schema: schema,
      parameters: UnknownParameters(), keepsFaults: true)
    result.inputs = cut.inputs.map { .init(name: $0.name, shape: $0.shape) }
    if let outputs {
      let files = try part.write(input, read: file, schema, outputs, observer)
      if !outputs.isDryRun { result.outputFiles = files }
    }
    return result
  }

  private func error(_ problem: CutError.Problem) -> CutError {
    CutError(model: input.model, problem: problem)
  }

  // MARK: Ends

  private func value(_ name: Name, in graph: NetGraph) throws -> ValueID {
    if let value = graph.lastValue(named: name) { return value }
    let candidates = graph.liveLayers.flatMap { graph[$0].tops.map(graph.blobName) }
    throw error(.noBlob(name, candidates: candidates))
  }

  /// The values that the part begins with, in place of what makes them.
  private func beginnings(in graph: NetGraph) throws -> [ValueID] {
    var values: [ValueID] = []
    for name in from {
      let value = try value(name, in: graph)
      // An input is one already.
      if !graph.isNetInput(value), !values.contains(value) { values.append(value) }
    }
    return values
  }

  private func ends(in graph: NetGraph, _ given: [ValueID]) throws -> [ValueID] {
    guard !to.isEmpty else {
      return graph.liveLayers.flatMap { graph[$0].tops }.filter {
        graph.isNetOutput($0) && !graph.isNetInput($0) && (given.isEmpty || isBehind($0, given, in: graph))
      }
    }
    return try to.map { name in
      let value = try value(name, in: graph)
      if graph.isNetInput(value) { throw error(.isInput(name)) }
      if given.contains(value) { throw error(.bothEnds(name)) }
      return value
    }
  }

  /// Whether a value is made of any of those given.
  private func isBehind(_ value: ValueID, _ given: [ValueID], in graph: NetGraph) -> Bool {
    !graph.layers(making: [value], from: Set(given)).read.isEmpty
  }
}
