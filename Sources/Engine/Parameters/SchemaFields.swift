import CaffeIO
import RuleModel

/// The fields of layers by a schema, for the check of rules.
package struct SchemaFields: LayerFields {
  private let schema: Schema
  private let isComplete: Bool
  package let layerTypes: [String]

  /// Answers from `schema`.
  ///
  /// - Parameter isComplete: whether the schema has all fields there are, a fork's own among them; otherwise a
  ///   first step that it lacks may be a fork's.
  package init(_ schema: Schema, isComplete: Bool = false) {
    self.schema = schema
    self.isComplete = isComplete
    layerTypes = Self.layerTypes(of: schema)
  }

  /// What the field at a path is, and the fields beside it where there is none.
  package func lookup(_ path: [String]) -> AttributeLookup {
    var message = schema.message(schema.layerMessage)
    var found: SchemaField?
    for (index, name) in path.enumerated() {
      // A type that only an imported file declares.
      guard let fields = message?.fields, !fields.isEmpty else { return .dynamic }
      guard let field = message?.field(named: name) else {
        let candidates = fields.map(\.name)
        if index > 0 { return .missing(candidates: candidates) }
        let members = candidates + Self.members
        return isComplete ? .missing(candidates: members) : .foreign(candidates: members)
      }
      found = field
      guard case .message(let type) = field.type else {
        return index == path.count - 1 ? .type(type(of: field)) : .missing(candidates: [])
      }
      message = schema.message(type)
    }
    return found.map { .type(type(of: $0)) } ?? .dynamic
  }

  /// The types of old files, and those that have a message of parameters: `gain_param` of `GainParameter` is for `Gain`.
  private static func layerTypes(of schema: Schema) -> [String] {
    let suffix = "Parameter"
    return (schema.message(schema.layerMessage)?.fields ?? []).compactMap { field in
      guard case .message(let name) = field.type, name.hasSuffix(suffix) else { return nil }
      return String(name.dropLast(suffix.count))
    } + LegacyLayerTypes.names
  }

  /// What a layer has besides its fields.
  private static let members = ["blobs", "bottoms", "tops"]

  private func type(of field: SchemaField) -> ExpressionType {
    let single: ExpressionType =
      switch field.type {
      case .message: .record([:])
      case .bool: .boolean
      case .string, .bytes: .string
      case .enum(let name):
        schema.enumeration(name).map {
          .word(EnumerationWords(name: name, words: $0.values.map(\.name)))
        } ?? .string
      default: .number()
      }
    guard field.isRepeated else { return single }
    if case .number = single { return .shape(.unknown) }
    return .list(single)
  }
}
