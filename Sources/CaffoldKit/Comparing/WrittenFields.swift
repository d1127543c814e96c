import CaffeIO

/// The fields of a message as paths with values, to be compared with those of another one.
struct WrittenFields {
  /// The values at one path.
  private struct Entry {
    var values: [AttributeValue] = []
    var literals: [String] = []
    /// The value of an absent field; nil for one without a known default.
    var fallback: AttributeValue?
  }

  private var paths: [String] = []
  private var entries: [String: Entry] = [:]
  private let schema: Schema

  /// Gathers the fields of a message of a type that the schema may have.
  init(_ message: TextMessage, type: String, leavingOut names: Set<String>, schema: Schema) {
    self.schema = schema
    gather(message, schema.message(type), "", leavingOut: names)
  }

  private mutating func gather(
    _ message: TextMessage, _ type: SchemaMessage?, _ prefix: String, leavingOut names: Set<String> = []
  ) {
    var counts: [String: Int] = [:]
    for field in message.fields { counts[field.name, default: 0] += 1 }
    var seen: [String: Int] = [:]
    for field in message.fields {
      let name = field.name
      if names.contains(name) { continue }
      let known = type?.field(named: name)
      let place = seen[name, default: 0]
      seen[name] = place + 1
      guard let inner = field.message else {
        add(field, known, at: prefix + name)
        continue
      }
      var innerType: SchemaMessage?
      if case .message(let name)? = known?.type { innerType = schema.message(name) }
      gather(inner, innerType, prefix + name + (counts[name]! > 1 ? "[\(place)]." : "."))
    }
  }

  private mutating func add(_ field: TextField, _ known: SchemaField?, at path: String) {
    if entries[path] == nil {
      paths.append(path)
      entries[path] = Entry(
        fallback: known.flatMap { $0.isRepeated ? nil : AttributeValue(defaultOf: $0) })
    }
    let value = (try? AttributeValue(field, as: known, words: schema)) ?? .string(.init(field.literal))
    entries[path]?.values.append(value)
    entries[path]?.literals.append(field.literal)
  }

  /// The fields that `other` has with other values, or not at all, and those that it alone has; one that is written as its default
  /// and one that is not written are alike.
  func differences(to other: WrittenFields) -> [DiffResult.Field] {
    let all = paths + other.paths.filter { entries[$0] == nil }
    return all.compactMap { path in
      let (old, new) = (entries[path], other.entries[path])
      func values(_ own: Entry?, _ others: Entry?) -> [AttributeValue] {
        own?.values ?? others?.fallback.map { [$0] } ?? []
      }
      guard values(old, new) != values(new, old) else { return nil }
      return DiffResult.Field(path: path, old: old?.literals ?? [], new: new?.literals ?? [])
    }
  }
}
