import CaffeIO
import Diagnostics

/// What must hold for any bytes given as a `.proto` file.
enum SchemaChecks {
  /// What does not hold: a file is read with every field to be found, or refused with a message.
  static func failure(of bytes: [UInt8]) -> String? {
    do {
      let schema = try Schema(parsing: SourceText(path: "fuzz", bytes: bytes))
      for message in schema.messages.values {
        for field in message.fields where message.field(named: field.name) != field {
          return "'\(field.name)' is not found by name"
        }
        for field in message.fields where field.number.map({ message.field(number: $0) }) != field {
          return "'\(field.name)' is not found by number"
        }
      }
      return nil
    } catch {
      return error.diagnostic.text.isEmpty ? "the error says nothing" : nil
    }
  }
}
