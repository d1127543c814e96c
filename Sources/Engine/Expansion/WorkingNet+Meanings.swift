import CaffeIO
import Layers
import RuleModel

// The definitions of layers.

extension WorkingNet {
  /// The definitions of a layer's type in the order in which they are tried: the last one first. Where a user has
  /// defined a type, built-in definitions are ignored: another fork may use the same name for a different layer.
  func meanings(of layer: LayerID) -> [TypeDefinition] {
    let all = layoutIndices(for: graph[layer].type).compactMap { layouts[$0].meaning }
    let own = all.filter { !$0.isBuiltin }
    return (own.isEmpty ? all : own).reversed()
  }

  /// Whether a definition describes the type of a layer in Caffe layers.
  package func isDefinedInLayers(_ layer: LayerID) -> Bool {
    meanings(of: layer).contains(where: \.isInLayers)
  }

  /// Whether a definition of the user's describes a layer in Caffe layers that has a known type and other blobs than the executor
  /// takes: a BatchNorm with two, for example.
  package func isRedefined(_ layer: LayerID) -> Bool {
    let all = meanings(of: layer)
    guard let first = all.first, !first.isBuiltin, all.contains(where: \.isInLayers),
      described(layer).isUnderstood,
      let blobs = try? blobs(of: layer), !lacksBlobs(layer)
    else { return false }
    var written = DescribedLayers.written(graph.layers[layer.index], graph.parameters(of: layer), schema)
    written.blobShapes = blobs.map(\.shape)
    written.knowsBlobs = true
    guard (try? LayerRegistry.layer(written)) == nil else { return false }
    return (try? meaningInLayers(of: layer)) != nil
  }

  /// The definition that describes a layer in Caffe layers.
  ///
  /// - Throws: a refusal where there is none, with the reasons of those that describe other layers of the type.
  func meaningInLayers(of layer: LayerID) throws(Refusal.Reason) -> TypeDefinition {
    let named = graph.named(layer)
    let all = meanings(of: layer)
    let candidates = all.filter(\.isInLayers)
    guard !candidates.isEmpty else {
      throw Refusal.Reason(
        NoExpansion(layer: named, cause: all.first.map { .inOperators($0.place) } ?? .undefined))
    }
    var reasons: [String] = []
    for candidate in candidates {
      guard let why = try objection(to: candidate, for: layer) else { return candidate }
      reasons.append(why)
    }
    throw Refusal.Reason(NoExpansion(layer: named, cause: .others(reasons)))
  }

  /// Why none of the definitions in Caffe layers describes a layer, as a part of a sentence; nil where one may, or there is none.
  package func objectionToMeanings(of layer: LayerID) -> String? {
    var reasons: [String] = []
    for candidate in meanings(of: layer) where candidate.isInLayers {
      guard let why = try? objection(to: candidate, for: layer) else { return nil }
      reasons.append(why)
    }
    return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
  }

  /// Why a definition does not describe a layer; nil where it does.
  private func objection(
    to definition: TypeDefinition, for layer: LayerID
  ) throws(Refusal.Reason) -> String? {
    if let why = misunderstanding(of: layer, by: definition) { return why }
    return try unmetCondition(of: definition, for: layer)
  }

  /// The first condition of a definition that does not hold for a layer, as a part of a sentence; nil where all hold.
  ///
  /// - Throws: a refusal where a condition has no value.
  package func unmetCondition(
    of definition: TypeDefinition, for layer: LayerID
  ) throws(Refusal.Reason) -> String? {
    guard !definition.conditions.isEmpty else { return nil }
    let environment = MatchEnvironment(self, layer: layer, lets: definition.lets)
    for condition in definition.conditions {
      guard let truth = try environment.truth(of: condition.expression) else {
        throw Refusal.Reason(ExpansionNeedsWeights(layer: graph.named(layer)))
      }
      if !truth { return condition.explanation ?? "'\(condition.expression.text)' does not hold" }
    }
    return nil
  }

  /// The Caffe layers that a layer becomes by the definition of its type.
  ///
  /// - Throws: a refusal where no definition describes the layer in Caffe layers, or where the definition fails.
  func expansion(of layer: LayerID) throws(Refusal.Reason) -> LayerExpansion {
    guard expansionDepth < Self.expansionLimit else {
      throw Refusal.Reason(
        FaultyExpansion(
          layer: graph.named(layer), fault: .tooDeep(limit: Self.expansionLimit), place: nil))
    }
    let expansion = try LayerExpansion(meaningInLayers(of: layer), of: layer, in: self)
    guard expansion.parts.count <= expansionAllowance else {
      throw Refusal.Reason(
        FaultyExpansion(
          layer: graph.named(layer), fault: .tooMany(limit: expansionAllowance), place: nil))
    }
    return expansion
  }

  /// How many levels deep layers of definitions may be defined by other layers.
  static let expansionLimit = 8

  /// The number type of the blobs of a layer; single precision where it has none.
  func storage(like layer: LayerID) throws(Refusal.Reason) -> BlobStorage {
    guard storedIndex(of: layer) != nil || graph.changes[layer]?.blobs != nil else { return .float }
    return try blobs(of: layer)?.first?.storage ?? .float
  }

  /// Whether the syntax of the net has layers of a type. The old syntaxes have no Input layer; it becomes an input of
  /// the net.
  func canWrite(_ type: String, _ fields: [NewTextField]) -> Bool {
    let definition = graph.definition
    switch definition.generation {
    case .v2: return true
    case .v1 where type == "Input", .v0 where type == "Input": return definition.inputs.isEmpty
    case .v1: return LegacyLayerTypes.v1Word(name: type) != nil
    // Its parameters have names of their own.
    case .v0: return LegacyLayerTypes.v0Name(name: type) != nil && fields.allSatisfy(\.isStateRule)
    }
  }
}
