import Diagnostics

/// One layer of a net definition, as a view of the text that holds it.
package struct LayerDefinition: Sendable {
  /// The `layer` or `layers` field.
  package let field: TextField
  /// Which syntax it is written in.
  package let generation: LayerGeneration
  /// The name; empty when the file gives none, which Caffe allows.
  package let name: Name
  /// The type by its present name: `CONVOLUTION` and `conv` read as `Convolution`.
  package let type: String
  /// Blob names read, in order.
  package let bottoms: [Name]
  /// Blob names written, in order.
  package let tops: [Name]
  /// Whether the layer has `include` or `exclude` rules at all.
  package let hasStateRules: Bool
  /// Whether the layer has `param` fields at all, which may share parameter blobs.
  package let hasParameterSpecs: Bool

  /// Views `field` as a layer.
  init(_ field: TextField, in document: TextDocument) throws(NetError) {
    guard let outer = field.message else {
      throw NetError(
        .expectedMessage(field: field.name, found: field.kindPhrase), in: document, at: field.valueOffset)
    }
    self.field = field
    // `layers { layer { … } }` is V0: connections outside, everything else inside.
    let nested = field.isNamed("layers") ? outer.last("layer") : nil
    generation = field.isNamed("layer") ? .v2 : nested == nil ? .v1 : .v0
    var name: Name = ""
    var type: TextField?
    var bottoms: [Name] = []
    var tops: [Name] = []
    var hasStateRules = false
    var hasParameterSpecs = false
    for part in outer.fields {
      if part.isNamed("bottom") {
        bottoms.append(try part.requireName("bottom", in: document))
      } else if part.isNamed("top") {
        tops.append(try part.requireName("top", in: document))
      } else if part.isNamed("name") {
        name = try part.requireName("name", in: document)
      } else if part.isNamed("type") {
        type = part
      } else if part.isNamed("include") || part.isNamed("exclude") {
        hasStateRules = true
      } else if part.isNamed("param") {
        hasParameterSpecs = true
      }
    }
    if let inner = nested?.message {
      name = try inner.last("name")?.requireName("name", in: document) ?? name
      type = inner.last("type")
    }
    self.name = name
    self.bottoms = bottoms
    self.tops = tops
    self.hasStateRules = hasStateRules
    self.hasParameterSpecs = hasParameterSpecs
    guard let word = type.map({ $0.nameValue ?? $0.identifier.map { Name($0) } }) else {
      // Only V2 layers are unusable without a type; in V1 the enumeration has a value for none.
      if generation == .v2 {
        throw NetError(.missingType(layer: name), in: document, at: field.nameOffset)
      }
      self.type = "None"
      return
    }
    guard let word else {
      throw NetError(
        .expectedString(field: "type", found: type!.kindPhrase), in: document, at: type!.valueOffset)
    }
    guard let word = word.text else {
      throw NetError(.encoding(type: word), in: document, at: type!.valueOffset)
    }
    switch generation {
    case .v2: self.type = word
    case .v1: self.type = LegacyLayerTypes.name(v1Name: word) ?? word
    case .v0: self.type = LegacyLayerTypes.name(v0Name: word)
    }
  }

  /// The message that holds the layer's parameters: the layer itself, in V0 the nested one.
  package var parameters: TextMessage {
    let outer = field.message!
    return generation == .v0 ? outer.last("layer")?.message ?? outer : outer
  }

  /// The names under which the layer shares its parameter blobs, by position; nil where a blob is not shared.
  package var sharedParameterNames: [Name?] {
    switch generation {
    case .v0: return []
    case .v1: return field.message!.all("param").map(\.nameValue)
    case .v2:
      return field.message!.all("param").map { spec in
        spec.message?.last("name")?.nameValue.flatMap { $0.isEmpty ? nil : $0 }
      }
    }
  }
}
