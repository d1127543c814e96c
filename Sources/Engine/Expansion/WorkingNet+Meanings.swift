import CaffeIO
import RuleModel

// What the definitions of their types say of layers.

extension WorkingNet {
  /// The definitions of a layer's type, in the order in which they are tried: a later one first. Where a user has defined a type,
  /// the program's own definitions do not count: another fork's layer of that name may be another layer.
  func meanings(of layer: LayerID) -> [TypeDefinition] {
    let all = layoutIndices(for: graph[layer].type).compactMap { layouts[$0].meaning }
    let own = all.filter { !$0.isBuiltin }
    return (own.isEmpty ? all : own).reversed()
  }

  /// Whether a definition says in Caffe layers what a type computes.
  func isDefinedInLayers(_ layer: LayerID) -> Bool { meanings(of: layer).contains(where: \.isInLayers) }

  /// The definition that says in Caffe layers what a layer computes.
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
      if let why = misunderstanding(of: layer, by: candidate) {
        reasons.append(why)
      } else if let why = try unmetCondition(of: candidate, for: layer) {
        reasons.append(why)
      } else {
        return candidate
      }
    }
    throw Refusal.Reason(NoExpansion(layer: named, cause: .others(reasons)))
  }

  /// Why a condition of a definition keeps it from describing a layer, as a sentence part; nil where all hold.
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

  /// What a layer becomes by the definition of its type in Caffe layers.
  ///
  /// - Throws: a refusal where no definition says it, or where it does not work out.
  func expansion(of layer: LayerID) throws(Refusal.Reason) -> LayerExpansion {
    guard expansionDepth < Self.expansionLimit else {
      throw Refusal.Reason(
        FaultyExpansion(
          layer: graph.named(layer), fault: .tooDeep(limit: Self.expansionLimit), place: nil))
    }
    return try LayerExpansion(meaningInLayers(of: layer), of: layer, in: self)
  }

  /// How often layers of definitions may be defined by others, one after the other.
  static let expansionLimit = 8

  /// The number type of the blobs of a layer; single precision where it has none.
  func storage(like layer: LayerID) throws(Refusal.Reason) -> BlobStorage {
    guard storedIndex(of: layer) != nil || graph.changes[layer]?.blobs != nil else { return .float }
    return try blobs(of: layer)?.first?.storage ?? .float
  }

  /// Whether the syntax of the definition has layers of a type. An Input becomes an input of the net in the old syntaxes, which
  /// do not have the layer.
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
