import CaffeIO
import Diagnostics
import Layers
import RuleModel

/// The net while it is being rewritten: connections, parameters and blobs as they stand after the rewrites so far.
///
/// Kernels and expressions read and change layers through it. Nothing of it touches the files.
package final class WorkingNet {
  /// The connections.
  package internal(set) var graph: NetGraph
  /// The weights, or nil for a run on the definition alone.
  package let weights: WeightsFile?
  /// How affine layers store their numbers.
  package let layouts: [BlobLayout]
  /// Field names and defaults.
  package let schema: Schema
  /// Take stored statistics even where the definition asks for those of the batch.
  package let assumesStoredStatistics: Bool
  /// Whether a condition that does not hold is looked at part by part, which takes longer than to know that it does not.
  var explainsConditions = false
  /// Things the user should know that stop nothing, of the rewrite going on.
  var warnings: [Warning] = []

  /// The values of names under 'let' that the conditions of the match tried last have asked for.
  var letValues: LetValues?

  /// The first parameter found that has a value of the wrong kind; the plan is not to be used then.
  var malformed: NetError?
  /// What is known of the layers by their parameters.
  var descriptions: DescribedLayers
  /// How many nested definitions led to the net; 0 for a net of the user.
  var expansionDepth = 0
  /// How many layers one layer of this net may become, where the net itself is what a layer became.
  var expansionAllowance = LayerExpansion.nestedLimit
  /// How many channels values have.
  private(set) var channels: ChannelInference
  /// Shapes of values, found when they are asked for.
  let shapes = ShapeInference()
  /// How many values are given to the net, counted when a rule asks.
  lazy var inputCount = graph.netInputCount
  /// Layers of the weights file that hold blobs, by name.
  private let stored: [Name: [Int]]
  private let definitionIndexByName: [Name: Int]
  private var layoutIndicesByType: [String: [Int]] = [:]
  private var defaults: [String: [String: AttributeValue?]] = [:]

  /// The net that a plan leads to.
  package convenience init(
    _ plan: Plan, weights: WeightsFile?, layouts: [BlobLayout], schema: Schema, assumesStoredStatistics: Bool
  ) {
    self.init(
      plan.graph, weights: weights, layouts: layouts, schema: schema,
      assumesStoredStatistics: assumesStoredStatistics, descriptions: plan.descriptions)
  }

  package convenience init(
    _ graph: consuming NetGraph, weights: WeightsFile?, layouts: [BlobLayout], schema: Schema = .caffe,
    assumesStoredStatistics: Bool = false
  ) {
    self.init(
      graph, weights: weights, layouts: layouts, schema: schema,
      assumesStoredStatistics: assumesStoredStatistics, descriptions: DescribedLayers())
  }

  private init(
    _ graph: consuming NetGraph, weights: WeightsFile?, layouts: [BlobLayout], schema: Schema,
    assumesStoredStatistics: Bool, descriptions: DescribedLayers
  ) {
    var descriptions = descriptions
    channels = ChannelInference(copy graph, &descriptions, schema: schema)
    self.weights = weights
    self.layouts = layouts
    self.schema = schema
    self.assumesStoredStatistics = assumesStoredStatistics
    malformed = descriptions.malformed
    self.descriptions = descriptions
    var stored: [Name: [Int]] = [:]
    for (index, layer) in (weights?.layers ?? []).enumerated() where !layer.blobs.isEmpty {
      stored[layer.name, default: []].append(index)
    }
    self.stored = stored
    var first: [Name: Int] = [:]
    for index in graph.layers.indices where weights != nil && graph.layers[index].isIncluded {
      let name = graph.layers[index].name
      if first[name] == nil { first[name] = index }
    }
    definitionIndexByName = first
    self.graph = graph
  }

  /// A copy of a net with all that is known of its layers, but without shapes of values, so that its inputs may have
  /// other shapes.
  package init(like other: WorkingNet) {
    graph = other.graph
    weights = other.weights
    layouts = other.layouts
    schema = other.schema
    assumesStoredStatistics = other.assumesStoredStatistics
    malformed = other.malformed
    descriptions = other.descriptions
    channels = other.channels
    stored = other.stored
    definitionIndexByName = other.definitionIndexByName
    defaults = other.defaults
    layoutIndicesByType = other.layoutIndicesByType
  }

  // MARK: Parameters

  /// The value of a parameter by path: as rewritten, else as written, else Caffe's default.
  package func attribute(_ path: [String], of layer: LayerID) -> AttributeValue? {
    if let written = writtenAttribute(path, of: layer) { return written }
    return path.count == 2 ? defaultValue(of: path[1], in: path[0]) : schema.layerDefault(at: path)
  }

  /// Caffe's default of a parameter, looked up in the schema once; nil for one that it does not know.
  func defaultValue(of name: String, in message: String) -> AttributeValue? {
    if let known = defaults[message]?[name] { return known }
    let value = schema.layerDefault(at: [message, name])
    defaults[message, default: [:]][name] = .some(value)
    return value
  }

  /// The value of a parameter if the definition or a rewrite gives it.
  package func writtenAttribute(_ path: [String], of layer: LayerID) -> AttributeValue? {
    do {
      return try graph.writtenAttribute(path, of: layer, schema: schema)
    } catch {
      malformed = malformed ?? error
      return nil
    }
  }

  /// Whether the definition or a rewrite writes a parameter, in any of the messages of a repeated field.
  func writes(_ path: [String], of layer: LayerID) -> Bool {
    let parameters = graph.parameters(of: layer)
    if (try? parameters.attribute(path, schema: schema)) ?? nil != nil { return true }
    return path.count > 1
      && parameters.occurrences(of: path.dropLast(), field: path[path.count - 1]).contains { !$0.isEmpty }
  }

  // MARK: Blobs

  /// The index in the weights file of the layer that Caffe would fill `layer` from, by name.
  package func storedIndex(of layer: LayerID) -> Int? {
    // Net::CopyTrainedLayersFrom fills the first layer of a name.
    guard let name = graph.definition(of: layer)?.name, definitionIndexByName[name] == layer.index else {
      return nil
    }
    return stored[name]?.last
  }

  /// How many blobs the weights file has for a layer; nil without weights, or where it has none.
  func storedBlobCount(of layer: LayerID) -> Int? {
    guard let index = storedIndex(of: layer) else { return nil }
    return weights?.layers[index].blobs.count
  }

  /// Whether a layer has blobs that training has found: the file says so, or its type.
  func needsWeights(_ id: LayerID) -> Bool {
    if storedIndex(of: id) != nil { return true }
    let described = described(id)
    return described.layer?.isTrained ?? (described.facts.map { $0.blobs != .none } ?? false)
  }

  /// Whether the weights file has blobs for a layer of this name that the definition lacks: Caffe would give them to
  /// any layer that came to be called so.
  func hasForeignBlobs(named name: Name) -> Bool {
    stored[name] != nil && definitionIndexByName[name] == nil
  }

  /// Whether there are weights, and neither the file nor a rewrite has blobs for a layer.
  package func lacksBlobs(_ layer: LayerID) -> Bool {
    guard weights != nil, graph.changes[layer]?.blobs == nil, let name = graph.definition(of: layer)?.name
    else {
      return false
    }
    return stored[name] == nil
  }

  /// The blobs of `layer` as they stand; nil when the run has no weights at all.
  ///
  /// - Throws: a refusal where the weights file has none for this layer, or more than one candidate.
  package func blobs(of layer: LayerID) throws(Refusal.Reason) -> [BlobContent]? {
    guard let weights else { return nil }
    if let blobs = graph.changes[layer]?.blobs { return blobs }
    guard let name = graph.definition(of: layer)?.name else { return [] }
    if let count = graph.repeatedNames[name] {
      throw Refusal.Reason(RepeatedName(layer: graph.named(layer), count: count))
    }
    guard let candidates = stored[name] else {
      throw Refusal.Reason(NoWeights(layer: graph.named(layer)))
    }
    guard candidates.count == 1 else {
      throw Refusal.Reason(AmbiguousWeights(layer: graph.named(layer), count: candidates.count))
    }
    return weights.layers[candidates[0]].blobs.map(BlobContent.stored)
  }

  /// The elements of a blob in Double, folds applied.
  package func values(of blob: BlobContent, layer: LayerID) throws(Refusal.Reason) -> [Double] {
    do {
      return try blob.values(from: weights)
    } catch {
      throw Refusal.Reason(UnreadableBlobs(layer: graph.named(layer), error: error))
    }
  }

  /// The positions of the layouts that name a type.
  func layoutIndices(for type: String) -> [Int] {
    if let known = layoutIndicesByType[type] { return known }
    let indices = layouts.indices.filter { layouts[$0].types.accepts(type) }
    layoutIndicesByType[type] = indices
    return indices
  }

  /// Gives `layer` new blobs.
  package func setBlobs(_ blobs: [BlobContent], of layer: LayerID) {
    graph.updateChange(of: layer) { $0.blobs = blobs }
  }

  /// What has been changed about a layer; nil for nothing.
  package func change(of layer: LayerID) -> LayerChange? { graph.changes[layer] }

  /// Gives `layer` the changes that it had once.
  package func setChange(_ change: LayerChange?, of layer: LayerID) { graph.setChange(of: layer, to: change) }

  /// Sets a parameter of `layer`.
  func setAttribute(_ path: [String], to value: NewTextField.Value, of layer: LayerID) {
    graph.updateChange(of: layer) { $0.set(path, to: value) }
  }

  /// Finds out anew what the tops of a layer are like whose parameters or bottoms a rewrite has changed; what stands behind
  /// them is as it was, or is changed by the same rewrite.
  package func updateTops(of layer: LayerID) {
    channels.update(layer, described(layer), in: graph)
    for top in graph[layer].tops { shapes.forget(top) }
  }

  /// Lets a value have a shape that does not follow from the definition: the user gives it for an input.
  package func setShape(_ shape: [Int], of value: ValueID) {
    shapes.give(shape, to: value)
    channels.give(shape.count > 1 ? shape[1] : nil, to: value)
  }

  /// The values that the net is given: those of the legacy form, and the tops of layers without bottoms, with their layers.
  package var inputs: [(value: ValueID, layer: LayerID?)] {
    var given: [(value: ValueID, layer: LayerID?)] = []
    var seen: Set<ValueID> = []
    for layer in graph.liveLayers {
      if graph[layer].bottoms.isEmpty {
        for top in graph[layer].tops where seen.insert(top).inserted { given.append((top, layer)) }
      }
      for bottom in graph[layer].bottoms where graph[bottom].producer == nil {
        if seen.insert(bottom).inserted { given.append((bottom, nil)) }
      }
    }
    return given
  }

  /// Lets inputs of the net, by their names, have shapes other than those that the definition gives.
  package func setShapes(ofInputs given: [Name: [Int]]) {
    guard !given.isEmpty else { return }
    for (value, _) in inputs {
      if let shape = given[graph.blobName(of: value)] { setShape(shape, of: value) }
    }
    for layer in graph.liveLayers where !graph[layer].bottoms.isEmpty {
      channels.update(layer, described(layer), in: graph)
    }
  }

  /// Gives a parameter of `layer` these values; without any it goes.
  func setAttribute(_ path: [String], to values: [NewTextField.Value], of layer: LayerID) {
    graph.updateChange(of: layer) { $0.set(path, to: values) }
  }
}

/// Something the user should know that stops nothing.
package struct Warning: Sendable, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// Factor 0: the statistics were never accumulated; Caffe normalises by √ε alone.
    case untrained
    /// `use_global_stats: false` was overridden.
    case assumedStatistics
    /// γ = 0 in so many channels.
    case deadChannels(count: Int, of: Int)
    /// σ² just below 0 in so many channels: rounding noise, taken as it is.
    case negativeVariance(count: Int, smallest: Double)
    /// The weights file has no blobs for a layer that needs some.
    case noWeights(type: String, filling: BlobFilling)
    /// The weights file has blobs for none of the layers that need some, but for others.
    case otherNet(layerCount: Int, stored: [Name])
    /// A bottom that nothing writes; a layer that the state leaves out and that would, the stages that bring such layers in,
    /// and a blob of nearly the same name, as messages show it.
    case undefinedBottom(blob: Name, maker: Name?, stages: [String], near: String?)
    /// A layer is used although none of its stages is on, since nothing else makes a blob.
    case otherStage(blob: Name, stages: [String])
    /// What the layout of a layer's blobs leaves open.
    case layout(String)
    /// A value was given for a parameter, and no rule that takes it rewrote anything; the nearest reason. `obstacle` is the layer in the
    /// way, where another parameter could remove it.
    case idleParameter(name: String, rules: [String], reason: Refusal.Reason?, obstacle: Obstacle?)
    /// A rule was applied without weights to check its conditions on.
    case assumedBlobs
  }

  /// A layer that stays, and why.
  package struct Obstacle: Sendable, Equatable {
    let layer: NamedLayer
    let reason: Refusal.Reason
  }

  /// The layer.
  package var layer: Name
  /// The facts.
  package var reason: Reason

  /// That a weights file has blobs for none of so many layers, and for which it has some.
  package static func otherNet(layerCount: Int, stored: [Name]) -> Warning {
    Warning(layer: "", reason: .otherNet(layerCount: layerCount, stored: stored))
  }
}
