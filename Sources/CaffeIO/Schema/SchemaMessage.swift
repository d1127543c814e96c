/// A message type: its fields by name and by number.
package struct SchemaMessage: Sendable, Equatable {
  /// The name without the file's package; `Outer.Inner` for a nested one.
  package private(set) var name: String
  /// The fields in the order they were declared, extensions last.
  package private(set) var fields: [SchemaField] = []
  /// Only for long messages: in most a search is as quick, and the built-in schema is read at every start.
  private var byName: [String: Int] = [:]
  private var byNumber: [Int: Int] = [:]

  init(name: String, fields: [SchemaField]) {
    self.name = name
    self.fields = fields
    guard fields.count > 24 else { return }
    byName.reserveCapacity(fields.count)
    byNumber.reserveCapacity(fields.count)
    for (index, field) in fields.enumerated() {
      byName[field.name] = index
      if let number = field.number { byNumber[number] = index }
    }
  }

  /// The field of that name.
  package func field(named name: String) -> SchemaField? {
    byName.isEmpty ? fields.first { $0.name == name } : byName[name].map { fields[$0] }
  }

  /// The field with that number on the wire.
  package func field(number: Int) -> SchemaField? {
    byName.isEmpty ? fields.first { $0.number == number } : byNumber[number].map { fields[$0] }
  }

  /// The same fields under another name.
  func named(_ name: String) -> SchemaMessage {
    var message = self
    message.name = name
    return message
  }

  /// Finds the types of fields that an imported file declares, of which only the name is known: `caffe.Phase`.
  mutating func settleTypes(_ enums: [String: SchemaEnum], messages: Set<String>) {
    for index in fields.indices {
      guard case .message(let type) = fields[index].type, !messages.contains(type) else { continue }
      // Without the package, which is not part of the names here.
      var name = type[...]
      while !messages.contains(String(name)), enums[String(name)] == nil, let dot = name.firstIndex(of: ".") {
        name = name[name.index(after: dot)...]
      }
      if messages.contains(String(name)) {
        fields[index].type = .message(String(name))
      } else if let found = enums[String(name)] {
        fields[index].type = .enum(String(name))
        if !fields[index].isRepeated { fields[index].defaultValue = .enumeration(found.values[0].name) }
      }
    }
  }

  /// The fields of both; where they disagree, `fork` is right, and a field of ours whose number means
  /// another one there keeps its name only.
  func merging(_ fork: SchemaMessage) -> SchemaMessage {
    var merged = fields.map { field in
      if let theirs = fork.field(named: field.name) { return theirs }
      guard let number = field.number, fork.field(number: number) != nil else { return field }
      var unnumbered = field
      unnumbered.number = nil
      return unnumbered
    }
    merged += fork.fields.filter { field(named: $0.name) == nil }
    return SchemaMessage(name: name, fields: merged)
  }
}

/// An enumeration: its values by name and by number.
package struct SchemaEnum: Sendable, Equatable {
  /// One value.
  package struct Value: Sendable, Equatable {
    /// Its name, as texts write it.
    package let name: String
    /// Its number on the wire.
    package let number: Int
  }

  /// The name without the file's package; `Outer.Inner` for a nested one.
  package let name: String
  /// The values in the order they were declared; the first is the default.
  package let values: [Value]

  /// The number of a value; nil for a name that the enumeration lacks.
  package func number(of name: String) -> Int? { values.first { $0.name == name }?.number }

  /// The name of a value's number; the first, where several names have it.
  package func name(of number: Int) -> String? { values.first { $0.number == number }?.name }

  /// The values of both; where they disagree, `fork` is right.
  func merging(_ fork: SchemaEnum) -> SchemaEnum {
    let ours = values.filter { fork.number(of: $0.name) == nil && fork.name(of: $0.number) == nil }
    return SchemaEnum(name: name, values: fork.values + ours)
  }
}
