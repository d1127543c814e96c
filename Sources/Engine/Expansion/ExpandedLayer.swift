import CaffeIO
import Layers
import Locks

/// A layer that the executor does not know, run as the Caffe layers that the definition of its type consists of.
///
/// The definition is evaluated for the shapes of the bottoms, and again when these change.
package struct ExpandedLayer: LayerDescription {
  package static let facts = LayerFacts("", bottoms: 0...Int.max, tops: 0...Int.max, worksInPlace: true)

  /// One part, ready to run.
  private struct Part {
    let description: any LayerDescription
    let bottoms: [ValueID]
    let tops: [ValueID]
  }

  /// A parameter blob, in single precision where that holds its numbers as they are.
  private enum Blob {
    case float(NetValue<Float>)
    case double(NetValue<Double>)

    init(shape: [Int], _ numbers: [Double]) {
      let rounded = numbers.map { Float($0) }
      let isExact = zip(rounded, numbers).allSatisfy { Double($0) == $1 || $1.isNaN }
      self =
        isExact
        ? .float(NetValue(shape: shape, values: rounded)) : .double(NetValue(shape: shape, values: numbers))
    }

    /// The numbers as a run has them.
    func value<S: NetScalar>(as type: S.Type) -> NetValue<S> {
      switch self {
      case .float(let value):
        value as? NetValue<S>
          ?? NetValue(shape: value.shape, values: S.rounded(Float.widened(value.values)))
      case .double(let value): NetValue(shape: value.shape, values: S.rounded(value.values))
      }
    }
  }

  /// The parts for bottoms of some shapes.
  private struct Ready {
    let shapes: [[Int]]
    let parts: [Part]
    let bottoms: [(place: Int, value: ValueID)]
    let tops: [ValueID]
  }

  private final class Expansion: Sendable {
    struct State {
      let net: WorkingNet
      var ready: Ready?
      /// The net of the parts of `ready`.
      var expanded: ExpandedNet?
      /// The blobs of each part, read when the layer runs for the first time.
      var blobs: [[Blob]]?
    }

    let state: Guarded<State>
    init(_ net: sending WorkingNet) { state = Guarded(State(net: net)) }
  }

  private let id: LayerID
  private let subject: LayerSubject
  private let expansion: Expansion

  /// Always throws: without a net there is no definition.
  package init(_ layer: WrittenLayer) throws(LayerError) { throw layer.error(.unknownType) }

  /// A layer of a net; nil where no definition describes it in Caffe layers.
  package init?(_ id: LayerID, of net: WorkingNet) {
    guard net.isDefinedInLayers(id), (try? net.meaningInLayers(of: id)) != nil else { return nil }
    self.id = id
    subject = LayerSubject(name: net.graph[id].name, type: net.graph[id].type)
    let own = WorkingNet(
      net.graph, weights: net.weights, layouts: net.layouts, schema: net.schema,
      assumesStoredStatistics: net.assumesStoredStatistics)
    own.expansionDepth = net.expansionDepth
    own.expansionAllowance = net.expansionAllowance
    expansion = Expansion(own)
  }

  package func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let ready = try ready(inputs)
    var shapes: [ValueID: [Int]] = [:]
    for (place, value) in ready.bottoms { shapes[value] = inputs[place] }
    for part in ready.parts {
      let made = try Self.named(subject) { () throws(LayerError) in
        try part.description.outputShapes(part.bottoms.map { shapes[$0]! })
      }
      for (top, shape) in zip(part.tops, made) {
        try LayerLimits().check(shape, of: subject)
        shapes[top] = shape
      }
    }
    return ready.tops.map { shapes[$0] ?? [] }
  }

  package func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let (ready, blobs) = try readyToRun(inputs.map(\.shape))
    var values: [ValueID: NetValue<S>] = [:]
    for (place, value) in ready.bottoms { values[value] = inputs[place] }
    for (part, blobs) in zip(ready.parts, blobs) {
      let blobs = blobs.map { $0.value(as: S.self) }
      let bottoms = part.bottoms.map { values[$0]! }
      let made = try Self.named(subject) { () throws(LayerError) in
        for shape in try part.description.outputShapes(bottoms.map(\.shape)) {
          try LayerLimits().check(shape, of: subject)
        }
        return try S.run(part.description, bottoms, blobs: blobs)
      }
      for (top, value) in zip(part.tops, made) { values[top] = value }
    }
    return ready.tops.map { values[$0]! }
  }

  /// Makes or runs a part. An error names the layer of the net, which the user knows, and the type of the part that failed.
  private static func named<Result>(
    _ subject: LayerSubject, _ part: () throws(LayerError) -> Result
  ) throws(LayerError) -> Result {
    do {
      return try part()
    } catch {
      throw LayerError(
        LayerSubject(name: subject.name, type: error.layer?.type ?? subject.type), error.reason)
    }
  }

  /// The parts for bottoms of these shapes.
  private func ready(_ shapes: [[Int]]) throws(LayerError) -> Ready {
    let found: Result<Ready, LayerError> = expansion.state.withLock { state in
      Result { () throws(LayerError) in try prepare(&state, shapes) }
    }
    return try found.get()
  }

  /// The parts for bottoms of these shapes, and the blobs of each.
  private func readyToRun(_ shapes: [[Int]]) throws(LayerError) -> (Ready, [[Blob]]) {
    let found: Result<(Ready, [[Blob]]), LayerError> = expansion.state.withLock { state in
      Result { () throws(LayerError) -> (Ready, [[Blob]]) in
        let ready = try prepare(&state, shapes)
        if let blobs = state.blobs { return (ready, blobs) }
        let blobs = try readBlobs(state)
        state.blobs = blobs
        return (ready, blobs)
      }
    }
    return try found.get()
  }

  private func prepare(_ state: inout Expansion.State, _ shapes: [[Int]]) throws(LayerError) -> Ready {
    if let ready = state.ready, ready.shapes == shapes { return ready }
    let net = state.net
    for (value, shape) in zip(net.graph[id].bottoms, shapes) { net.setShape(shape, of: value) }
    net.updateTops(of: id)
    let expanded = try defined(in: net) { () throws(Refusal.Reason) in try net.expandedNet(of: id) }
    var parts: [Part] = []
    for part in expanded.layers {
      let description = try Self.named(subject) { () throws(LayerError) in try expanded.net.runnable(part) }
      parts.append(
        Part(
          description: description, bottoms: expanded.net.graph[part].bottoms,
          tops: expanded.net.graph[part].tops))
    }
    let ready = Ready(
      shapes: shapes, parts: parts,
      bottoms: Array(zip(expanded.readBottoms, expanded.bottoms)).map { ($0, $1) },
      tops: expanded.tops)
    (state.ready, state.expanded, state.blobs) = (ready, expanded, nil)
    return ready
  }

  private func readBlobs(_ state: Expansion.State) throws(LayerError) -> [[Blob]] {
    guard let expanded = state.expanded else { return [] }
    return try defined(in: state.net) { () throws(Refusal.Reason) in
      var all: [[Blob]] = []
      for part in expanded.layers {
        var blobs: [Blob] = []
        for content in try expanded.net.blobs(of: part) ?? [] {
          blobs.append(Blob(shape: content.shape, try expanded.net.values(of: content, layer: part)))
        }
        all.append(blobs)
      }
      return all
    }
  }

  /// Evaluates a part of the layer's definition.
  private func defined<Result>(
    in net: WorkingNet, _ evaluate: () throws(Refusal.Reason) -> Result
  ) throws(LayerError) -> Result {
    do {
      return try evaluate()
    } catch {
      throw LayerError(subject, .definition(error.sentence(about: net.graph.named(id))))
    }
  }
}

extension WorkingNet {
  /// The executor's description of a layer, or else the layers of its definition.
  fileprivate func runnable(_ layer: LayerID) throws(LayerError) -> any LayerDescription {
    if !canRun(layer), let expanded = ExpandedLayer(layer, of: self) { return expanded }
    let subject = LayerSubject(name: graph[layer].name, type: graph[layer].type)
    if let why = objectionToMeanings(of: layer) { throw LayerError(subject, .definition(why)) }
    if let meaning = meanings(of: layer).first, !meaning.isInLayers, !canRun(layer) {
      throw LayerError(
        subject,
        .definition("its definition consists of ONNX operators, of which one in Caffe layers makes no use"))
    }
    if let obstacle = described(layer).obstacle { throw obstacle }
    var written = DescribedLayers.written(graph.layers[layer.index], graph.parameters(of: layer), schema)
    if let blobs = try? blobs(of: layer) {
      written.blobShapes = blobs.map(\.shape)
      written.knowsBlobs = true
    }
    return try LayerRegistry.layer(written)
  }
}
