import CaffeIO
import Definitions
import Diagnostics
import Engine
import Layers
import RuleModel
import Verification

/// A net with all that the descriptions of its layers say of it: shapes, cost, memory. Nothing is run.
struct DescribedNet {
  /// The net without its blobs.
  let net: NetRunner
  /// What its layers make and take.
  let costs: NetCosts
  /// The net with its blobs, or with definitions; nil where there is neither.
  let runner: NetRunner?
  /// Shapes of inputs, and of tops of layers that cannot be run, as they were given.
  private let given: [Name: [Int]]

  /// - Parameters:
  ///   - inputShapes: as in `InputOptions.shapes`.
  ///   - model: the path that messages name.
  init(
    _ definition: NetDefinition, state: NetState, weights: WeightsFile?, knowledge: LayerKnowledge,
    inputShapes: [String] = [], model: String
  ) throws {
    // For some types, only a built-in definition says what they compute.
    let isKnown =
      weights != nil || !knowledge.definitions.isEmpty
      || definition.layers.contains { !LayerRegistry.knows($0.type) }
    let borrowed = inputShapes.isEmpty ? [] : try Self.sources(missingIn: definition, state)
    func nets(_ shapes: [Name: [Int]]) throws -> (runner: NetRunner?, net: NetRunner) {
      let runner =
        isKnown
        ? try NetRunner(
          definition, state: state, schema: knowledge.schema, weights: weights, layouts: knowledge.layouts,
          definitions: knowledge.definitions, shapes: shapes, keepsFaults: true) : nil
      // Facts follow from parameters, except those of a layer that only a definition describes.
      var defined: [Name: any LayerDescription] = [:]
      var obstacles: [Name: LayerError] = [:]
      for step in runner?.steps ?? [] {
        if step.isDefined, defined[step.subject.name] == nil { defined[step.subject.name] = step.layer }
        if let obstacle = step.obstacle, obstacle.whyUndefined(step.subject) != nil {
          obstacles[step.subject.name] = obstacle
        }
      }
      let net = try NetRunner(
        definition, state: state, schema: knowledge.schema, parameters: UnknownParameters(),
        substitutes: defined, obstacles: obstacles, borrowed: borrowed, keepsFaults: true)
      return (runner, net)
    }
    var options = InputOptions()
    options.shapes = inputShapes
    let made = try NetsForInputs.make(options, model: model, pair: { ($0.net, $0.net) }, nets)
    (runner, net) = made.nets
    given = made.inputs.shapes
    do {
      costs = try net.costs(given)
    } catch {
      throw InputValuesError(path: model, problem: error.diagnostic.sentence)
    }
  }

  /// The facts as a result without findings.
  func result(_ files: ModelFiles) -> InspectResult {
    var result = InspectResult(model: files.model, weights: files.weights)
    result.layers = zip(net.steps, costs.steps).map { Self.layer($0, $1, hasWeights: files.weights != nil) }
    result.inputs = net.inputs.map { .init(name: $0.name, shape: given[$0.name] ?? $0.shape) }
    var last: [Name: [Int]] = [:]
    for input in result.inputs { last[input.name] = input.shape }
    for (step, cost) in zip(net.steps, costs.steps) {
      for (name, shape) in zip(step.tops, cost.tops) { last[name] = shape }
    }
    result.outputs = net.outputs.map { .init(name: $0, shape: last[$0]) }
    result.isComplete = costs.isComplete
    result.peakBytes = costs.peak.map { costs.steps[$0].liveCount * InspectResult.floatSize }
    result.peakLayer = costs.peak.map { net.steps[$0].subject.name }
    return result
  }

  /// The places of layers without bottoms that the phase leaves out and that make what its layers read: a data layer of training, say,
  /// whose shapes the user gives.
  private static func sources(missingIn definition: NetDefinition, _ state: NetState) throws -> Set<Int> {
    let graph = try NetGraph(definition, state: state)
    var missing = Set(graph.undefinedBlobs.map(\.blob))
    var places: Set<Int> = []
    for (place, layer) in definition.layers.enumerated()
    where !graph.layers[place].isIncluded && layer.bottoms.isEmpty && !missing.isDisjoint(with: layer.tops) {
      places.insert(place)
      missing.subtract(layer.tops)
    }
    return places
  }

  private static func layer(
    _ step: NetRunner.Step, _ cost: NetCosts.Step, hasWeights: Bool
  ) -> InspectResult.Layer {
    var layer = InspectResult.Layer(name: step.subject.name, type: step.subject.type)
    layer.bottoms = step.bottoms
    layer.tops = zip(step.tops, cost.tops).map { InspectResult.Value(name: $0, shape: $1) }
    layer.blobs = (cost.blobs ?? []).map { blob in
      InspectResult.Blob(shape: blob.shape, count: blob.shape.saturatingProduct, storage: nil)
    }
    let isUntrained =
      step.layer.map { !$0.isTrained }
      ?? (LayerRegistry.facts(ofType: step.subject.type)?.blobs == LearnedBlobs.none)
    let isDefined = step.isDefined
    if step.layer is DefinedLayer, !hasWeights, cost.failure == nil, !cost.tops.contains(where: { $0 == nil })
    {
      // Its definition could say the shapes without any blob: it has none.
      (layer.parameters, layer.multiplyAdds) = (0, 0)
    } else if !isDefined {
      layer.parameters =
        cost.blobs == nil
        ? isUntrained ? 0 : nil : layer.blobs.reduce(0) { InspectResult.sum($0, $1.count) }
    }
    if !isDefined { layer.multiplyAdds = cost.multiplyAdds ?? (isUntrained ? 0 : nil) }
    if !cost.tops.contains(where: { $0 == nil }) {
      layer.activationBytes =
        zip(cost.tops, cost.isInPlace).reduce(0) { $1.1 ? $0 : $0 + $1.0!.product } * InspectResult.floatSize
    }
    let use = step.definition.forkUse
    layer.isForkType = use.isType
    layer.forkFields = use.fields
    layer.obstacle = step.isCut ? step.obstacle?.diagnostic.sentence : nil
    return layer
  }
}

extension NetRunner.Step {
  /// Whether a definition computes the layer, in operators or in Caffe layers.
  fileprivate var isDefined: Bool { layer is DefinedLayer || layer is ExpandedLayer }
}

extension InspectResult {
  /// Bytes of a number in single precision.
  static let floatSize = 4

  /// A sum that no file can make overflow.
  static func sum(_ first: Int, _ second: Int) -> Int {
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? .max : sum
  }
}
