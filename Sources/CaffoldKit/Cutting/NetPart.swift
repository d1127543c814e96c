import CaffeIO
import Diagnostics
import Engine

/// Some layers of a net as a net of their own: its graph and its text.
struct NetPart {
  /// The part.
  let graph: NetGraph
  /// The text of its definition; what is kept is as it was written.
  let text: [UInt8]

  /// Cuts the layers out.
  ///
  /// - Parameters:
  ///   - whole: the net.
  ///   - kept: the layers that stay.
  ///   - inputs: values that Input layers of these shapes make, in place of layers that go.
  ///   - model: the path that messages name.
  /// - Throws: `CutError` where a value cannot keep its name, and where a layer would read something else than in the net.
  init(
    _ whole: NetGraph, keeping kept: Set<LayerID>, inputs: [(value: ValueID, shape: [Int])], model: String
  ) throws {
    let makers = Makers(of: kept, in: whole)
    var graph = whole
    do {
      try graph.cut(to: kept, inputs: inputs)
    } catch {
      throw CutError(model: model, problem: .refused(error.sentence()))
    }
    text = try Self.withoutIdleInputs(graph, model: model)
    self.graph = graph
    let read = try NetGraph(
      NetDefinition(TextDocument(SourceText(path: model, bytes: text))), state: whole.state)
    if let name = makers.firstDifference(in: read) {
      throw CutError(model: model, problem: .notTheSame(name))
    }
  }

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

  /// Writes the definition and, where the net has weights, the weights of the layers that are kept.
  ///
  /// - Parameters:
  ///   - input: the files of the whole net.
  ///   - read: its definition, which must not have changed since it was read.
  /// - Returns: the paths of the outputs; a dry run writes and leaves nothing there.
  func write(
    _ input: ModelFiles, read: InputFile, _ schema: Schema, _ outputs: OutputOptions, _ observer: RunObserver
  ) throws -> ModelFiles {
    let paths = outputs.paths(for: input)
    let inputs = [input.model, input.weights].compactMap(\.self)
    for path in [paths.model, paths.weights].compactMap(\.self) {
      try OutputPair.check(path, inputs, force: outputs.mayReplaceInputs)
    }
    guard let weightsPath = paths.weights, let source = input.weights else {
      let model = try AtomicFile(path: paths.model, holding: text, from: input.model)
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
