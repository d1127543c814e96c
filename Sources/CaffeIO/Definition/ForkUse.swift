/// What a layer has that BVLC's Caffe does not.
package struct ForkUse: Sendable, Equatable {
  /// Whether the type is a fork's.
  package var isType: Bool
  /// Paths of fields, with points, each once: fields that Caffe's schema lacks, and fields that it has from forks.
  ///
  /// A field that forks have added to one of BVLC's own messages under a number that no two of them dispute counts as BVLC's.
  package var fields: [String] = []
}

extension LayerDefinition {
  /// What the layer has that BVLC's Caffe does not.
  package var forkUse: ForkUse {
    var use = ForkUse(isType: !LayerTypeNames.isBVLC(type))
    guard let outer = field.message else { return use }
    switch generation {
    case .v2: use.look(into: outer, of: Schema.caffe.layerMessage, at: "")
    case .v1: use.look(into: outer, of: "V1LayerParameter", at: "")
    // V0 keeps the parameters of all types in one message.
    case .v0: break
    }
    return use
  }
}

extension ForkUse {
  /// Messages nest as deep as texts do; a schema's do not.
  fileprivate mutating func look(into message: TextMessage, of type: String, at path: String) {
    guard let known = Schema.caffe.message(type), !known.fields.isEmpty else { return }
    for field in message.fields {
      let name = path.isEmpty ? field.name : path + "." + field.name
      let declared = known.field(named: field.name)
      let isForks =
        type == Schema.caffe.layerMessage && declared.map { !BVLCFields.has($0, in: type) } ?? true
      guard let declared, declared.number != nil, !isForks else {
        if !fields.contains(name) { fields.append(name) }
        continue
      }
      if case .message(let inner) = declared.type, let body = field.message {
        look(into: body, of: inner, at: name)
      }
    }
  }
}
