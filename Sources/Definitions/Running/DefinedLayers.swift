import CaffeIO
import Diagnostics
import Engine
import Layers
import OnnxIO
import Operators
import RuleModel
import Synchronization

/// The layers of a net that only definitions describe.
///
/// A layer is lowered for the shapes of its bottoms, once as long as those stay the same.
package final class DefinedLayers: Sendable {
  private struct State {
    let net: WorkingNet
    var lowered: [LayerID: Lowered] = [:]
  }

  private struct Lowered {
    let bottoms: [[Int]]
    let model: OnnxModel
    let tops: [String]
    /// Found when somebody asks for them.
    var topShapes: [[Int]]?
  }

  private let state: Mutex<State>
  private let weights: WeightsFile?
  private let definitions: [LayerID: TypeDefinition]

  /// The operator set in which definitions are written.
  private static let opset = 17

  /// Those of a net that `definitions` describe and the executor does not: of types that it does not know, and layers of known types
  /// with fields that it does not understand, where a definition of the user's names the type.
  package init(_ net: sending WorkingNet, weights: WeightsFile?, _ definitions: DefinitionSet) {
    var found: [LayerID: TypeDefinition] = [:]
    for layer in net.graph.liveLayers where !net.graph[layer].bottoms.isEmpty && !net.canRun(layer) {
      guard let definition = definitions.definition(ofType: net.graph[layer].type), !definition.isConstant,
        net.misunderstanding(of: layer, by: definition) == nil
      else { continue }
      let shapes = net.graph[layer].bottoms.compactMap(net.knownShape)
      // One that the definition does not describe, in this form, stays a layer of unknown meaning.
      if shapes.count == net.graph[layer].bottoms.count,
        (try? Self.lower(layer, shapes, by: definition, in: net, weights)) == nil
      {
        continue
      }
      found[layer] = definition
    }
    self.definitions = found
    self.weights = weights
    state = Mutex(State(net: net))
  }

  /// One layer of a net, whatever else is known of it.
  init(_ net: sending WorkingNet, weights: WeightsFile?, _ layer: LayerID, _ definition: TypeDefinition) {
    self.weights = weights
    definitions = [layer: definition]
    state = Mutex(State(net: net))
  }

  /// The layers, by their names; of two with one name, the first.
  package var byName: [Name: DefinedLayer] {
    state.withLock { state in
      let graph = state.net.graph
      return Dictionary(
        definitions.keys.sorted { $0.index < $1.index }.map { id in
          (
            graph[id].name,
            DefinedLayer(id, of: self, LayerSubject(name: graph[id].name, type: graph[id].type))
          )
        }
      ) { first, _ in first }
    }
  }

  /// The shapes of a layer's tops for bottoms of these shapes: found by running the operators on zeros.
  func topShapes(of layer: LayerID, _ bottoms: [[Int]], _ subject: LayerSubject) throws(LayerError) -> [[Int]]
  {
    let known = try lowered(layer, bottoms, subject)
    if let shapes = known.topShapes { return shapes }
    let shapes = try run(known, bottoms.map { NetValue(shape: $0) }, subject).map(\.shape)
    state.withLock { state in
      if state.lowered[layer]?.bottoms == bottoms { state.lowered[layer]?.topShapes = shapes }
    }
    return shapes
  }

  /// A layer's tops.
  func run(_ layer: LayerID, _ bottoms: [NetValue<Float>], _ subject: LayerSubject) throws(LayerError)
    -> [NetValue<Float>]
  {
    try run(lowered(layer, bottoms.map(\.shape), subject), bottoms, subject)
  }

  private func run(_ lowered: Lowered, _ bottoms: [NetValue<Float>], _ subject: LayerSubject)
    throws(LayerError) -> [NetValue<Float>]
  {
    do {
      let given = bottoms.enumerated().map { (Self.bottom($0), OperatorTensor($1)) }
      return try OnnxExecution.run(
        lowered.model, bottoms: Dictionary(uniqueKeysWithValues: given), tops: lowered.tops, of: subject)
    } catch let error as any DiagnosticError {
      throw LayerError(subject, .definition(error.diagnostic.sentence))
    } catch {
      throw LayerError(subject, .definition("\(error)"))
    }
  }

  private func lowered(_ layer: LayerID, _ bottoms: [[Int]], _ subject: LayerSubject) throws(LayerError)
    -> Lowered
  {
    do {
      return try state.withLock { state in
        if let known = state.lowered[layer], known.bottoms == bottoms { return known }
        guard let definition = definitions[layer] else {
          throw LayerError(subject, .unknownType)
        }
        let made = try Self.lower(layer, bottoms, by: definition, in: state.net, weights)
        state.lowered[layer] = made
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
    _ layer: LayerID, _ shapes: [[Int]], by definition: TypeDefinition, in net: WorkingNet,
    _ weights: WeightsFile?
  ) throws -> Lowered {
    for (value, shape) in zip(net.graph[layer].bottoms, shapes) { net.setShape(shape, of: value) }
    for top in net.graph[layer].tops { net.forgetShape(of: top) }
    let bottoms = shapes.indices.map(bottom)
    let names = ValueNames(taken: bottoms)
    let tops = net.graph[layer].tops.indices.map { names.unique("top\($0)") }
    var lowering = LayerLowering(
      definition, layer, of: net, bottoms: bottoms, tops: tops, prefix: "layer", opset: opset, names: names)
    let lowered = try lowering.lower()
    var graph = OnnxGraph(name: "layer")
    graph.nodes = lowered.nodes
    graph.initializers = try lowered.constants.map { try $0.initializer(weights) }
    return Lowered(
      bottoms: shapes,
      model: OnnxModel(
        irVersion: OnnxModel.irVersion(ofOpset: opset), opsets: [("", opset)], graph: graph),
      tops: lowered.tops)
  }
}
