/// The fields that are appended to messages, in the order of the text.
///
/// A list and no table, as `FieldChanges`: edits come nearly in that order.
struct AppendedFields: Sendable {
  /// By message, each once; the whole text, `TextNode.none`, comes last.
  private(set) var all: [(message: UInt32, fields: [NewTextField])] = []

  var isEmpty: Bool { all.isEmpty }

  /// What is appended to a message; nil for nothing.
  subscript(message: UInt32) -> [NewTextField]? {
    let place = place(of: message)
    return place < all.count && all[place].message == message ? all[place].fields : nil
  }

  /// Appends to a message, behind what was appended to it before.
  mutating func append(_ fields: [NewTextField], to message: UInt32) {
    let place = place(of: message)
    if place < all.count, all[place].message == message {
      all[place].fields += fields
    } else {
      all.insert((message, fields), at: place)
    }
  }

  /// Where the fields of a message are, or would be.
  private func place(of message: UInt32) -> Int { all.place(of: message) { $0.message } }
}
