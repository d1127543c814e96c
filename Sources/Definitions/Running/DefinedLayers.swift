import CaffeIO
import Diagnostics
import Engine
import Layers
import Locks
import OnnxIO
import Operators
import RuleModel

/// The layers of a net that only definitions describe.
///
/// A layer is lowered for the shapes of its bottoms, once as long as those stay the same.
package final class DefinedLayers: Sendable {
  /// Where the numbers of parameter blobs come from.
  package enum Blobs: Sendable {
    /// From the net: what is given to a run is passed over.
    case ofNet
    /// From the caller of each run, where there are any: the blobs as they will be written, or before they are rounded.
    case given
  }

  private struct State {
    let net: WorkingNet
    var lowered: [LayerID: Lowered] = [:]
  }

  private struct Lowered {
    let bottoms: [[Int]]
    let layer: LoweredLayer
    /// Found when somebody asks for them.
    var topShapes: [[Int]]?
  }

  private let state: Guarded<State>
  private let weights: WeightsFile?
  private let blobs: Blobs
  private let definitions: [LayerID: TypeDefinition]
  /// By the layer's name, why no definition of its type describes it.
  package let obstacles: [Name: LayerError]

  /// The operator set in which definitions are written.
  private static let opset = 17

  /// Those of a net that `definitions` describe and the executor does not: of types that it does not know, and layers of known types
  /// with fields that it does not understand, where a definition of the user's names the type.
  ///
  /// - Parameters:
  ///   - only: the layers that count; nil for all.
  ///   - blobs: where the numbers of parameter blobs come from.
  package init(
    _ net: sending WorkingNet, weights: WeightsFile?, _ definitions: DefinitionSet, only: [LayerID]? = nil,
    blobs: Blobs = .ofNet
  ) {
    var found: [LayerID: TypeDefinition] = [:]
    var obstacles: [Name: LayerError] = [:]
    for layer in only ?? Array(net.graph.liveLayers)
    where !net.graph[layer].bottoms.isEmpty && !net.canRun(layer) {
      let subject = LayerSubject(name: net.graph[layer].name, type: net.graph[layer].type)
      func fail(_ why: String) { obstacles[subject.name] = LayerError(subject, .definition(why)) }
      let definition: TypeDefinition
      switch definitions.describing(layer, in: net) {
      case .failure(let others):
        fail(others.reasons.joined(separator: "; "))
        continue
      case .success(let one):
        guard let one, !one.isConstant else { continue }
        definition = one
      }
      if let why = net.misunderstanding(of: layer, by: definition) {
        fail(why)
        continue
      }
      let shapes = net.graph[layer].bottoms.compactMap(net.knownShape)
      // One that the definition does not describe, in this form, stays a layer of unknown meaning.
      if shapes.count == net.graph[layer].bottoms.count {
        do {
          _ = try Self.lower(layer, shapes, by: definition, in: net)
        } catch let error as LoweringError {
          fail(error.why)
          continue
        } catch let error as any DiagnosticError {
          fail(error.diagnostic.sentence)
          continue
        } catch {
          fail("\(error)")
          continue
        }
      }
      found[layer] = definition
    }
    self.definitions = found
    self.obstacles = obstacles
    self.weights = weights
    self.blobs = blobs
    state = Guarded(State(net: net))
  }

  /// One layer of a net, whatever else is known of it.
  package init(
    _ net: sending WorkingNet, weights: WeightsFile?, _ layer: LayerID, _ definition: TypeDefinition
  ) {
    self.weights = weights
    blobs = .ofNet
    definitions = [layer: definition]
    obstacles = [:]
    state = Guarded(State(net: net))
  }

  /// The layers.
  package var byID: [LayerID: DefinedLayer] {
    state.withLock { state in
      let graph = state.net.graph
      return Dictionary(
        uniqueKeysWithValues: definitions.keys.map { id in
          (id, DefinedLayer(id, of: self, LayerSubject(name: graph[id].name, type: graph[id].type)))
        })
    }
  }

  /// The layers, by their names; of two with one name, the first.
  package var byName: [Name: DefinedLayer] {
    Dictionary(byID.sorted { $0.key.index < $1.key.index }.map { ($1.subject.name, $1) }) { first, _ in first
    }
  }

  /// The shapes of a layer's tops for bottoms of these shapes: found by running the operators on zeros.
  func topShapes(of layer: LayerID, _ bottoms: [[Int]], _ subject: LayerSubject) throws(LayerError) -> [[Int]]
  {
    let known = try lowered(layer, bottoms, subject)
    if let shapes = known.topShapes { return shapes }
    let shapes = try run(known, bottoms.map { NetValue<Float>(shape: $0) }, subject).map(\.shape)
    state.withLock { state in
      if state.lowered[layer]?.bottoms == bottoms { state.lowered[layer]?.topShapes = shapes }
    }
    return shapes
  }

  /// A layer's tops.
  ///
  /// - Parameter blobs: the parameter blobs, for layers that take them from here.
  func run<S: OperatorScalar>(
    _ layer: LayerID, _ bottoms: [NetValue<S>], blobs: [NetValue<Double>] = [], _ subject: LayerSubject
  ) throws(LayerError) -> [NetValue<S>] {
    let given = self.blobs == .given && !blobs.isEmpty ? blobs : nil
    return try run(lowered(layer, bottoms.map(\.shape), blobs: given, subject), bottoms, subject)
  }

  private func run<S: OperatorScalar>(
    _ lowered: Lowered, _ bottoms: [NetValue<S>], _ subject: LayerSubject
  ) throws(LayerError) -> [NetValue<S>] {
    do {
      // Made for each run, which costs little: constants are read when a node needs them, and none stays in memory.
      var graph = OnnxGraph(name: "layer")
      graph.nodes = lowered.layer.nodes
      graph.initializers = try lowered.layer.constants.map {
        try $0.initializer(weights, as: S.self == Double.self ? .double : .float)
      }
      let model = OnnxModel(
        irVersion: OnnxModel.irVersion(ofOpset: Self.opset), opsets: [("", Self.opset)], graph: graph)
      let given = bottoms.enumerated().map { (Self.bottom($0), OperatorTensor($1)) }
      return try OnnxExecution.run(
        model, bottoms: Dictionary(uniqueKeysWithValues: given), tops: lowered.layer.tops, of: subject)
    } catch let error as LoweringError {
      throw LayerError(subject, .definition(error.why))
    } catch let error as any DiagnosticError {
      throw LayerError(subject, .definition(error.diagnostic.sentence))
    } catch {
      throw LayerError(subject, .definition("\(error)"))
    }
  }

  /// - Parameter blobs: parameter blobs in the place of the net's; what is lowered for them is not kept.
  private func lowered(
    _ layer: LayerID, _ bottoms: [[Int]], blobs: [NetValue<Double>]? = nil, _ subject: LayerSubject
  ) throws(LayerError) -> Lowered {
    do {
      return try state.withLock { state in
        if blobs == nil, let known = state.lowered[layer], known.bottoms == bottoms { return known }
        guard let definition = definitions[layer] else {
          throw LayerError(subject, .unknownType)
        }
        // The net keeps its own blobs: the next run may give none.
        let own = state.net.change(of: layer)
        if let blobs {
          state.net.setBlobs(
            blobs.map { .values($0.values, shape: $0.shape, storage: .double) }, of: layer)
        }
        defer { if blobs != nil { state.net.setChange(own, of: layer) } }
        let made = Lowered(
          bottoms: bottoms, layer: try Self.lower(layer, bottoms, by: definition, in: state.net))
        if blobs == nil { state.lowered[layer] = made }
        return made
      }
    } catch let error as LoweringError {
      throw LayerError(subject, .definition(error.why))
    } catch let error as any DiagnosticError {
      throw LayerError(subject, .definition(error.diagnostic.sentence))
    } catch {
      throw LayerError(subject, .definition("\(error)"))
    }
  }

  private static func bottom(_ place: Int) -> String { "bottom\(place)" }

  private static func lower(
    _ layer: LayerID, _ shapes: [[Int]], by definition: TypeDefinition, in net: WorkingNet
  ) throws -> LoweredLayer {
    for (value, shape) in zip(net.graph[layer].bottoms, shapes) { net.setShape(shape, of: value) }
    net.updateTops(of: layer)
    let bottoms = shapes.indices.map(bottom)
    let names = ValueNames(taken: bottoms)
    let tops = net.graph[layer].tops.indices.map { names.unique("top\($0)") }
    var lowering = LayerLowering(
      definition, layer, of: net, bottoms: bottoms, tops: tops, prefix: "layer", opset: opset, names: names)
    return try lowering.lower()
  }
}
