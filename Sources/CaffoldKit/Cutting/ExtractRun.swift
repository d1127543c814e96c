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
    var graph = try NetGraph(definition, state: state)
    let given = try beginnings(in: graph)
    let wanted = try ends(in: graph, given)
    let (kept, read) = graph.layers(making: wanted, from: Set(given))
    if let idle = given.first(where: { !read.contains($0) }) {
      throw error(.notNeeded(graph.blobName(of: idle), ends: wanted.map(graph.blobName)))
    }
    let makers = Makers(of: kept, in: graph)
    let inputs = try given.map { value in
      guard let shape = shapes.shape(of: value, in: graph) else {
        throw error(.noShape(graph.blobName(of: value)))
      }
      return (value: value, shape: shape)
    }
    do {
      try graph.cut(to: kept, inputs: inputs)
    } catch {
      throw self.error(.refused(error.sentence()))
    }
    let text = try Self.withoutIdleInputs(graph, model: input.model)
    try check(text, makers, state)
    var result = ExtractResult(
      definition: text, keptCount: kept.count, layerCount: definition.layers.count,
      inputs: [],
      outputs: wanted.map { .init(name: graph.blobName(of: $0), shape: shapes.shape(of: $0, in: graph)) })
    let cut = try NetRunner(
      NetDefinition(TextDocument(SourceText(path: input.model, bytes: text))), state: state, schema: schema,
      parameters: UnknownParameters(), keepsFaults: true)
    result.inputs = cut.inputs.map { .init(name: $0.name, shape: $0.shape) }
    if let outputs {
      let files = try write(text, graph, schema, outputs, read: file)
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

  // MARK: Text

  /// The text of the part; inputs of the old form that no layer reads any more are gone.
  private static func withoutIdleInputs(_ graph: NetGraph, model: String) throws -> [UInt8] {
    let text = DefinitionEmitter.text(of: graph)
    guard graph.definition.document.root.contains("input") else { return text }
    var wanted: [Name: [Int]?] = [:]
    for (name, shape) in zip(graph.definition.inputs, graph.definition.inputShapes) {
      let isRead = graph.values.indices.contains { index in
        let value = ValueID(index: index)
        return graph[value].producer == nil && graph.blobName(of: value) == name
          && graph.consumerCount(of: value) > 0
      }
      if isRead { wanted[name] = .some(shape) }
    }
    let document = try TextDocument(SourceText(path: model, bytes: text))
    // Those of new layers, in the old syntaxes.
    let cut = try NetDefinition(document)
    for name in cut.inputs where !graph.definition.inputs.contains(name) {
      let shape = graph.newInputShape(of: name)
      wanted[name] = .some(shape)
    }
    return InputFields(document).text(keeping: wanted)
  }

  /// Refuses a text in which a layer would read something else than in the net.
  private func check(_ text: [UInt8], _ makers: Makers, _ state: NetState) throws {
    let cut = try NetDefinition(TextDocument(SourceText(path: input.model, bytes: text)))
    let graph = try NetGraph(cut, state: state)
    if let name = makers.firstDifference(in: graph) { throw error(.notTheSame(name)) }
  }

  // MARK: Files

  private func write(
    _ text: [UInt8], _ graph: NetGraph, _ schema: Schema, _ outputs: OutputOptions, read: InputFile
  ) throws -> ModelFiles {
    let paths = outputs.paths(for: input)
    let inputs = [input.model, input.weights].compactMap(\.self)
    for path in [paths.model, paths.weights].compactMap(\.self) {
      try OutputPair.check(path, inputs, force: outputs.mayReplaceInputs)
    }
    guard let weightsPath = paths.weights, let source = input.weights else {
      let model = try AtomicFile(path: paths.model, mayReplace: true, from: input.model)
      try model.write(text)
      try read.checkUnchanged()
      if !outputs.isDryRun { try model.publish() }
      return paths
    }
    let weights = try WeightsFile(path: source)
    let pair = try OutputPair(
      model: paths.model, weights: weightsPath, inputs: inputs, force: outputs.mayReplaceInputs,
      from: (input.model, source))
    try pair.model.write(text)
    var plan = WeightsPlan(graph, weights: weights, schema: schema)
    let kept = Set(graph.liveLayers.compactMap { graph.definition(of: $0)?.name })
    for layer in weights.layers where !kept.contains(layer.name) {
      var edit = WeightLayerEdit()
      edit.removed = true
      plan.edits[layer.index] = edit
    }
    try WeightsEmitter(weights).emit(plan, to: pair.weights) {
      observer.progress(.init(task: .writing(path: weightsPath), done: $0, total: $1))
    }
    try read.checkUnchanged()
    try weights.file.checkUnchanged()
    if !outputs.isDryRun { try pair.publish() }
    return paths
  }
}

extension NetGraph {
  /// The shape that a new Input layer gives a blob.
  fileprivate func newInputShape(of name: Name) -> [Int]? {
    for id in liveLayers
    where definition(of: id) == nil && self[id].tops.contains(where: { blobName(of: $0) == name }) {
      let found = AttributeValue.find(
        ["input_param", "shape", "dim"], in: changes[id]?.replacement ?? [], schema: .caffe)
      if case .list(let sizes)? = found { return sizes.compactMap(\.integer) }
    }
    return nil
  }
}

/// What makes the bottoms of some layers: a layer by its name and place among those of that name, or an input.
private struct Makers {
  private struct Source: Equatable {
    var maker: Name
    var top: Int
  }

  private var sources: [(layer: Name, bottoms: [Source?])] = []

  /// - Parameter kept: the layers whose bottoms are looked at. Bottoms that other layers make count as inputs.
  init(of kept: Set<LayerID>, in graph: NetGraph) {
    for id in graph.liveLayers where kept.contains(id) {
      sources.append((graph[id].name, graph[id].bottoms.map { Self.source(of: $0, kept, in: graph) }))
    }
  }

  private static func source(of value: ValueID, _ kept: Set<LayerID>?, in graph: NetGraph) -> Source? {
    guard let producer = graph[value].producer, kept?.contains(producer) ?? true,
      graph[producer].type != "Input", let top = graph[producer].tops.firstIndex(of: value)
    else { return nil }
    return Source(maker: graph[producer].name, top: top)
  }

  /// The first of the layers whose bottoms have other makers in `graph`, layer for layer in order; nil where all are the same.
  func firstDifference(in graph: NetGraph) -> Name? {
    var own = sources[...]
    for id in graph.liveLayers {
      guard let (name, bottoms) = own.first, name == graph[id].name else {
        if graph[id].type == "Input" { continue }
        return graph[id].name
      }
      own.removeFirst()
      if graph[id].bottoms.map({ Self.source(of: $0, nil, in: graph) }) != bottoms { return name }
    }
    return own.first?.layer
  }
}
