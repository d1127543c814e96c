import CaffeIO
import Diagnostics

/// What must hold for any bytes given as a text.
enum TextChecks {
  /// What does not hold: what parses comes back byte for byte and stays a text under edits; what does not
  /// is an error with a place inside of the text.
  static func failure(of bytes: [UInt8]) -> String? {
    let document: TextDocument
    do {
      document = try TextDocument(SourceText(path: "fuzz", bytes: bytes))
    } catch {
      let isPlaced = (0...bytes.count).contains(error.offset) && !error.diagnostic.text.isEmpty
      return isPlaced ? nil : "the error has no place"
    }
    guard TextEditor(document).edited() == bytes else { return "the text does not come back" }
    var editor = TextEditor(document)
    // The bytes themselves decide the edits, so that an input that failed fails again.
    var state = bytes.reduce(UInt64(1469)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    var isNamed = true
    edit(document.root, &editor, &state, &isNamed)
    guard isNamed else { return "a field has not its own name" }
    let edited = editor.edited()
    do {
      _ = try TextDocument(SourceText(path: "edited", bytes: edited))
    } catch {
      return
        "the edited text does not parse: \(error.diagnostic.text)\n\(String(decoding: edited, as: UTF8.self))"
    }
    return nil
  }

  private static func edit(
    _ message: TextMessage, _ editor: inout TextEditor, _ state: inout UInt64, _ isNamed: inout Bool
  ) {
    let new = NewTextField(
      name: "new", value: .message([NewTextField(name: "a", value: .string("b"))]))
    for field in message.fields {
      _ = (
        field.string, field.bytes, field.number, field.integer, field.bool, field.identifier, field.literal
      )
      if !field.isNamed(field.name) { isNamed = false }
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      switch state >> 60 {
      case 0...2: editor.remove(field)
      case 3: editor.set(field, toLiteral: "word")
      case 4: editor.set(field, toString: "a\"'b\n")
      case 5: editor.replace(field, with: [new, new])
      case 6: editor.insert([new], before: field)
      case 7: editor.insert([new], after: field)
      default: if let inner = field.message { edit(inner, &editor, &state, &isNamed) }
      }
    }
    if state >> 62 == 1 { editor.append([new], to: message) }
  }
}
