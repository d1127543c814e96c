/// Which fields of a message change, by field number.
package struct MessageEdit: Sendable {
  /// What becomes of the field: nil when only the message in it changes.
  package var values: [WireValue]?
  /// The changes inside, when the field is a message.
  package var children: [Int: MessageEdit] = [:]
  /// Fields of this message that are replaced by other parts, by the offset of their tag.
  package var replacements: [Int: OutputPieces] = [:]
  /// Parts added at the end of this message.
  package var tail = OutputPieces()

  /// An edit that changes nothing.
  package init() {}

  /// Whether nothing changes.
  package var isEmpty: Bool {
    values == nil && children.isEmpty && replacements.isEmpty && tail.byteCount == 0
  }

  /// Adds the edit of one field inside.
  package mutating func set(_ path: some Collection<Int>, _ values: [WireValue]) {
    guard let number = path.first else {
      self.values = values
      return
    }
    children[number, default: MessageEdit()].set(path.dropFirst(), values)
  }

  /// Adds the replacements and the tail of another edit.
  package mutating func merge(_ other: MessageEdit) {
    replacements.merge(other.replacements) { $1 }
    tail.add(other.tail)
  }

  /// The same message with every field that is set here cleared: what earlier parts of a message that
  /// stands in several parts must become, because the last part counts.
  fileprivate var clearing: MessageEdit {
    var edit = MessageEdit()
    edit.values = values.map { _ in [] }
    edit.children = children.mapValues(\.clearing)
    edit.replacements = replacements
    return edit
  }

  /// The bytes of the fields that are set, for a message that is not there yet.
  package func newBody() -> OutputPieces {
    var body = OutputPieces()
    for (number, child) in children.sorted(by: { $0.key < $1.key }) {
      body.add(child.newField(number))
    }
    body.add(tail)
    return body
  }

  /// The field as it is added where there was none.
  fileprivate func newField(_ number: Int) -> OutputPieces {
    var field = OutputPieces()
    if let values {
      var encoder = WireEncoder()
      for value in values { encoder.field(number, value) }
      field.add(encoder.bytes)
    } else {
      let body = newBody()
      if body.byteCount > 0 { field.add(body, asField: number) }
    }
    return field
  }
}

/// Applies edits to messages of a file; what does not change stays a range of the file.
package struct MessageRewriter: ~Copyable {
  private var cursor: WireCursor

  /// Makes a rewriter for an open file.
  package init(_ file: InputFile, limits: WireLimits = WireLimits()) {
    cursor = WireCursor(file, limits: limits)
  }

  /// What errors are about from now on.
  package mutating func setSubject(_ subject: WireSubject) { cursor.subject = subject }

  /// The body of a message after an edit.
  package mutating func rewrite(_ body: Range<Int>, _ edit: MessageEdit) throws -> OutputPieces {
    let fields = try editedFields(body, edit)
    var output = OutputPieces()
    var keptUpTo = body.lowerBound
    let counts = fields.reduce(into: [:]) { $0[$1.number, default: 0] += 1 }
    var places: [Int: Int] = [:]
    for field in fields {
      let place = places[field.number, default: 0]
      places[field.number] = place + 1
      output.keep(keptUpTo..<field.range.lowerBound)
      keptUpTo = field.range.upperBound
      if let replacement = edit.replacements[field.range.lowerBound] {
        output.add(replacement)
      } else if let child = edit.children[field.number] {
        try rewrite(field, child, place: place, of: counts[field.number] ?? 1, into: &output)
      }
    }
    output.keep(keptUpTo..<body.upperBound)
    for (number, child) in edit.children.sorted(by: { $0.key < $1.key }) where counts[number] == nil {
      output.add(child.newField(number))
    }
    output.add(edit.tail)
    return output
  }

  /// The fields of a message that an edit names.
  private mutating func editedFields(_ body: Range<Int>, _ edit: MessageEdit) throws -> [WireField] {
    cursor.position = body.lowerBound
    var fields: [WireField] = []
    while let field = try cursor.nextField(before: body.upperBound) {
      if edit.children[field.number] != nil || edit.replacements[field.range.lowerBound] != nil {
        fields.append(field)
      }
    }
    return fields
  }

  /// The `place`-th of `count` fields with the same number. As many new values as fields take their
  /// places one by one; otherwise all stand where the last field was.
  private mutating func rewrite(
    _ field: WireField, _ edit: MessageEdit, place: Int, of count: Int, into output: inout OutputPieces
  ) throws {
    guard let values = edit.values else {
      guard field.type == .bytes else {
        throw cursor.fail(
          .wrongWireType(field: field.number, found: field.type, expected: .bytes),
          at: field.range.lowerBound)
      }
      let body = try rewrite(field.body, place == count - 1 ? edit : edit.clearing)
      output.add(body, asField: field.number, replacing: field)
      return
    }
    var encoder = WireEncoder()
    if values.count == count {
      encoder.field(field.number, values[place])
    } else if place == count - 1 {
      for value in values { encoder.field(field.number, value) }
    }
    output.add(encoder.bytes)
  }
}
