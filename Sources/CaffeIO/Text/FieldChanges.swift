/// The changes of fields, in the order of the text.
///
/// A list and no table: edits come nearly in that order, and finding the end of a list takes no time.
struct FieldChanges: Sendable {
  /// In the order of the text, each field once.
  private(set) var all: [TextEditor.Change] = []

  var isEmpty: Bool { all.isEmpty }

  /// The change of a field; nil where it has none.
  subscript(index: UInt32) -> TextEditor.Change? {
    let place = place(of: index)
    return place < all.count && all[place].field.index == index ? all[place] : nil
  }

  /// Changes a field, for the first time or once more.
  mutating func update(_ field: TextField, _ body: (inout TextEditor.Change) -> Void) {
    let place = place(of: field.index)
    if place == all.count || all[place].field.index != field.index {
      all.insert(TextEditor.Change(field: field), at: place)
    }
    body(&all[place])
  }

  /// Forgets the changes of some fields, and takes others in.
  mutating func replace(_ gone: Set<UInt32>, with changes: [TextEditor.Change]) {
    let replaced = gone.union(changes.map(\.field.index))
    all.removeAll { replaced.contains($0.field.index) }
    all += changes
    all.sort { $0.field.index < $1.field.index }
  }

  /// Where the change of a field is, or would be.
  private func place(of index: UInt32) -> Int { all.place(of: index) { $0.field.index } }
}
