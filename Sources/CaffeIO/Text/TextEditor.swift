import Diagnostics

/// Collects edits of a document and applies them all at once; what no edit touches stays byte for byte.
///
/// Edits look like those of a careful person: indentation, line ends, quotes, separators and one-line blocks
/// are those of the surroundings; a field that goes takes its lines along, and one of two blank lines that
/// would meet; comments outside of it stay.
///
/// Edits inside of a field that is removed or replaced go with it. What is inserted beside a removed field
/// stands in its place.
package struct TextEditor: Sendable {
  /// What is to become of one field.
  struct Change {
    var field: TextField
    var isRemoved = false
    var name: String?
    var value: [UInt8]?
    var before: [NewTextField] = []
    var replacement: [NewTextField] = []
    var after: [NewTextField] = []

    /// What stands in the place of a removed field.
    var substitute: [NewTextField] { before + replacement + after }
  }

  let document: TextDocument
  private let layout: TextLayout
  private var changes = FieldChanges()
  private var appended = AppendedFields()

  /// Begins without edits.
  package init(_ document: TextDocument) {
    self.document = document
    layout = TextLayout(document.storage)
  }

  // MARK: Edits

  /// Takes a field away; of a list `[1, 2]` the element, with the last element the field.
  package mutating func remove(_ field: TextField) {
    change(field) { $0.isRemoved = true }
  }

  /// Gives a field a string value, in the quotes it has now.
  package mutating func set(_ field: TextField, toString string: Name) {
    let first = document.bytes[field.valueOffset]
    let value = TextString.encode(string, quote: first.isQuote ? first : layout.quote)
    set(field, to: value, or: .string(string))
  }

  /// Gives a field a number or a bare word.
  package mutating func set(_ field: TextField, toLiteral literal: String) {
    set(field, to: Array(literal.utf8), or: .literal(literal))
  }

  /// Gives a field another name; the list, for an element of one.
  package mutating func rename(_ field: TextField, to name: String) {
    guard field.isListElement else { return change(field) { $0.name = name } }
    let list = TextField(
      storage: document.storage, index: field.list, list: TextNode.none, parent: field.parent)
    change(list) { $0.name = name }
  }

  private mutating func set(_ field: TextField, to bytes: [UInt8], or value: NewTextField.Value) {
    if field.message != nil, !field.isListElement {
      // A message may lack the colon that a scalar needs.
      replace(field, with: [NewTextField(name: field.name, value: value)])
    } else {
      change(field) { $0.value = bytes }
    }
  }

  /// Adds fields at the end of a message's body, or of the text.
  package mutating func append(_ fields: [NewTextField], to message: TextMessage) {
    guard !fields.isEmpty else { return }
    appended.append(fields, to: message.index)
  }

  /// Adds fields behind one; behind the list, for an element of one.
  package mutating func insert(_ fields: [NewTextField], after field: TextField) {
    guard !fields.isEmpty else { return }
    change(field) { $0.after += fields }
  }

  /// Adds fields before one and the comment lines right above it; before the list, for an element of one.
  package mutating func insert(_ fields: [NewTextField], before field: TextField) {
    guard !fields.isEmpty else { return }
    change(field) { $0.before += fields }
  }

  /// Puts fields in the place of one; without fields it is removed.
  package mutating func replace(_ field: TextField, with fields: [NewTextField]) {
    change(field) {
      $0.isRemoved = true
      $0.replacement = fields
    }
  }

  private mutating func change(_ field: TextField, _ body: (inout Change) -> Void) {
    changes.update(field, body)
  }

  // MARK: Result

  /// The text with all edits; the identical bytes if there are none.
  package func edited() -> [UInt8] {
    guard !changes.isEmpty || !appended.isEmpty else { return document.bytes }
    var splicer = TextSplicer(layout: layout, changes: changes, appended: appended)
    return splicer.result()
  }
}
