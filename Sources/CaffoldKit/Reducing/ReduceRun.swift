import CaffeIO
import Diagnostics
import Engine
import Layers
import Verification

/// One search for the smallest net for which a test still fails.
///
/// First layers are cut out, and Input layers of the right shapes give what they made. Then layers that keep the shape of their first
/// bottom are taken out with their readers connected to that bottom; both until no layer can go. At last the shapes of the inputs get
/// smaller, as far as all layers that are left suit them.
final class ReduceRun {
  /// A net to try: some layers of the whole, after others were taken out of its connections.
  private struct Candidate: Hashable {
    var kept: Set<LayerID>
    var bypassed: Set<LayerID>
  }

  private let input: ModelFiles
  private let options: RunOptions
  private let reducing: ReduceOptions
  private let outputs: OutputOptions?
  private let observer: RunObserver
  private let report: (ReduceStep) -> Void
  private let test: (ModelFiles) throws -> ReduceVerdict

  private let file: InputFile
  private let schema: Schema
  private let whole: NetGraph
  private let shapes: ValueShapes
  private let folder: TemporaryFolder

  private var best: (candidate: Candidate, part: NetPart?)
  private var result: ReduceResult
  private var known: [Candidate: Bool] = [:]
  private var tried = 0

  init(
    _ input: ModelFiles, _ options: RunOptions, _ reducing: ReduceOptions, _ outputs: OutputOptions?,
    _ observer: RunObserver, report: @escaping (ReduceStep) -> Void,
    test: @escaping (ModelFiles) throws -> ReduceVerdict
  ) throws {
    self.input = input
    self.options = options
    self.reducing = reducing
    self.outputs = outputs
    self.observer = observer
    self.report = report
    self.test = test
    try Files.restore([input.model, input.weights].compactMap(\.self), observer)
    file = try InputFile(path: input.model)
    let definition = try NetDefinition(
      TextDocument(SourceText(path: input.model, bytes: try Files.read(file))))
    schema = try LayerKnowledge(options, observer).schema
    whole = try NetGraph(definition, state: options.net.state)
    shapes = try ValueShapes(
      definition, options.net.state, schema, reducing.inputShapes, model: input.model)
    folder = try TemporaryFolder(named: "caffold-reduce")
    let net = whole
    let layers = net.liveLayers.filter { net[$0].type != "Input" }
    best = (Candidate(kept: Set(layers), bypassed: []), nil)
    result = ReduceResult(end: .smallest, layerCount: layers.count)
  }

  func run() throws -> ReduceResult {
    defer { folder.remove() }
    // Before the first test, which may take long: a place that cannot be written to is known at once.
    if let outputs {
      let paths = outputs.paths(for: input)
      for path in [paths.model, paths.weights].compactMap(\.self) {
        try OutputPair.check(
          path, [input.model, input.weights].compactMap(\.self), force: outputs.mayReplaceInputs)
      }
    }
    switch try verdict(of: input) {
    case .fails: break
    case .passes: return ended(.noFailure)
    case .stop: return ended(.interrupted)
    }
    // Large parts first: between two layers that the failure needs nothing can be cut, and one by one the layers there would be tried
    // in vain before they are taken out of the way.
    try cutLayers(atLeast: max(1, result.layerCount / 16))
    try bypassLayers()
    var count: Int
    repeat {
      count = best.candidate.kept.count
      try cutLayers()
      try bypassLayers()
    } while best.candidate.kept.count < count && result.end == .smallest
    try describe()
    if reducing.reducesShapes, result.end == .smallest { try reduceShapes() }
    result.runCount = tried
    return result
  }

  private func ended(_ end: ReduceResult.End) -> ReduceResult {
    result.end = end
    result.runCount = tried
    return result
  }

  // MARK: Layers

  private func ordered(_ layers: Set<LayerID>) -> [LayerID] { layers.sorted() }

  private func cutLayers(atLeast leastRun: Int = 1) throws {
    let bypassed = best.candidate.bypassed
    _ = try SubsetSearch.minimal(
      ordered(best.candidate.kept), leastCount: 1, leastRun: leastRun
    ) { layers in
      try fails(Candidate(kept: Set(layers), bypassed: bypassed))
    }
  }

  /// Takes layers out of the way between others.
  private func bypassLayers() throws {
    let start = best.candidate
    let ways = ordered(start.kept).filter { id in
      let layer = whole[id]
      guard let bottom = layer.bottoms.first, layer.tops.count == 1,
        let shape = shapes.shape(of: bottom, in: whole)
      else { return false }
      return shape == shapes.shape(of: layer.tops[0], in: whole)
    }
    _ = try SubsetSearch.minimal(ways) { layers in
      let gone = Set(ways).subtracting(layers)
      guard gone.count < start.kept.count else { return false }
      return try fails(
        Candidate(kept: start.kept.subtracting(gone), bypassed: start.bypassed.union(gone)))
    }
  }

  /// Whether the net fails; a net that cannot be made counts as one that does not fail. Nil if the search is over.
  private func fails(_ candidate: Candidate) throws -> Bool? {
    guard result.end == .smallest else { return nil }
    if let known = known[candidate] { return known }
    guard let part = try part(candidate) else {
      known[candidate] = false
      return false
    }
    let place = try folder.next()
    defer { folder.empty() }
    var outputs = OutputOptions()
    outputs.folder = place
    let files = try part.write(input, read: file, schema, outputs, RunObserver())
    guard let fails = try fails(files, .layers, count: candidate.kept.count) else { return nil }
    known[candidate] = fails
    guard fails else { return false }
    best = (candidate, part)
    try publish { try part.write(input, read: file, schema, $0, observer) }
    return true
  }

  /// The net; nil where there is none: a shape is not known, or a blob would have to have another name.
  private func part(_ candidate: Candidate) throws -> NetPart? {
    var graph = whole
    for id in ordered(candidate.bypassed) {
      do { try graph.shortCut(id) } catch { return nil }
    }
    var kept = candidate.kept
    var inputs: [(value: ValueID, shape: [Int])] = []
    for id in ordered(candidate.kept) {
      for value in graph[id].bottoms {
        guard let producer = graph[value].producer, !candidate.kept.contains(producer) else { continue }
        if graph[producer].type == "Input" {
          kept.insert(producer)
        } else if !inputs.contains(where: { $0.value == value }) {
          guard let shape = shapes.shape(of: value, in: whole) else {
            let name = whole.blobName(of: value)
            if !result.shapeless.contains(name) { result.shapeless.append(name) }
            return nil
          }
          inputs.append((value, shape))
        }
      }
    }
    do {
      return try NetPart(graph, keeping: kept, inputs: inputs, model: input.model)
    } catch is CutError {
      return nil
    }
  }

  // MARK: Tests

  /// What the test says of the files; `.stop` where no more may be tried.
  private func verdict(of files: ModelFiles) throws -> ReduceVerdict {
    tried += 1
    return try test(files)
  }

  /// Whether files fail; nil where the search is over.
  private func fails(
    _ files: ModelFiles, _ change: ReduceStep.Change, count: Int
  ) throws -> Bool? {
    guard tried < reducing.runLimit else {
      result.end = .limit
      return nil
    }
    let verdict = try verdict(of: files)
    if verdict == .stop {
      result.end = .interrupted
      return nil
    }
    report(
      ReduceStep(
        runCount: tried, layerCount: verdict == .fails ? count : best.candidate.kept.count,
        wholeCount: result.layerCount, change: change, isSmaller: verdict == .fails))
    return verdict == .fails
  }

  /// Puts a net that fails where the result is to be, so that it is there whatever ends the run.
  private func publish(_ write: (OutputOptions) throws -> ModelFiles) throws {
    guard let outputs else { return }
    let files = try write(outputs)
    if !outputs.isDryRun { result.outputFiles = files }
  }

  /// Puts the definition alone there: the shapes of inputs change no weights, and those of the net are there.
  private func publish(_ definition: [UInt8]) throws {
    guard let outputs, !outputs.isDryRun else { return }
    let model = try AtomicFile(
      path: outputs.paths(for: input).model, mayReplace: true, from: input.model)
    try model.write(definition)
    try file.checkUnchanged()
    try model.publish()
  }

  // MARK: Shapes

  /// Notes what the smallest net is, and writes it if no smaller one than the whole was found.
  private func describe() throws {
    let candidate = best.candidate
    result.layers = ordered(candidate.kept).map { .init(name: whole[$0].name, type: whole[$0].type) }
    if best.part == nil {
      guard let part = try part(candidate) else { return }
      best.part = part
      if result.end == .smallest {
        try publish { try part.write(input, read: file, schema, $0, observer) }
      }
    }
    guard let part = best.part else { return }
    result.definition = part.text
    try describeValues(part.text)
  }

  private func describeValues(_ text: [UInt8]) throws {
    let definition = try NetDefinition(TextDocument(SourceText(path: input.model, bytes: text)))
    let net = try NetRunner(
      definition, state: options.net.state, schema: schema, parameters: UnknownParameters(), keepsFaults: true
    )
    result.inputs = net.inputs.map { .init(name: $0.name, shape: $0.shape) }
    let read = try NetGraph(definition, state: options.net.state)
    let shapes = try ValueShapes(definition, options.net.state, schema, [], model: input.model)
    result.outputs = net.outputs.compactMap { name in
      read.lastValue(named: name).map { .init(name: name, shape: shapes.shape(of: $0, in: read)) }
    }
  }

  private func reduceShapes() throws {
    guard let part = best.part else { return }
    let old = Dictionary(result.inputs.map { ($0.name, $0.shape) }) { first, _ in first }
    // A layer of an unknown type may need any shape; only the size of the batch is taken to be free.
    let areKnown = result.layers.allSatisfy { LayerRegistry.knows($0.type) }
    var search = ShapeSearch(
      shapes: result.inputs.compactMap { input in input.shape.map { (input.name, $0) } },
      changesBatchAlone: !areKnown)
    var weights: ModelFiles?
    while let wanted = search.next(), result.end == .smallest {
      let place = try folder.next()
      defer { folder.empty() }
      let current = Files.join(place, "current.prototxt")
      try AtomicFile(path: current, holding: result.definition).publish()
      guard let reshaped = try reshaped(current, wanted) else {
        search.note(false)
        continue
      }
      // The weights are the same for all shapes: they are written once.
      if weights == nil {
        var outputs = OutputOptions()
        outputs.folder = try folder.lasting()
        weights = try part.write(input, read: file, schema, outputs, RunObserver())
      }
      let model = Files.join(place, Files.split(input.model).name)
      try AtomicFile(path: model, holding: reshaped).publish()
      let files = ModelFiles(model: model, weights: weights?.weights)
      guard let fails = try fails(files, .shapes, count: best.candidate.kept.count) else { break }
      search.note(fails)
      guard fails else { continue }
      result.definition = reshaped
      try publish(reshaped)
    }
    try describeValues(result.definition)
    result.smallerInputs = result.inputs.compactMap { input in
      guard let new = input.shape, let old = old[input.name] ?? nil, old != new else { return nil }
      return .init(name: input.name, old: old, new: new)
    }
  }

  /// The text of a net with other shapes; nil where layers do not suit them.
  private func reshaped(_ path: String, _ wanted: [(name: Name, shape: [Int])]) throws -> [UInt8]? {
    var shapes = ReshapeOptions()
    shapes.named = Dictionary(wanted.map { ($0.name, $0.shape) }) { first, _ in first }
    do {
      let reshaped = try ReshapeRun(
        model: path, shapes: shapes, options: options, outputs: nil, observer: RunObserver()
      ).run()
      return reshaped.misfits.isEmpty ? reshaped.definition : nil
    } catch is ReshapeError {
      return nil
    } catch is InputValuesError {
      return nil
    }
  }
}
