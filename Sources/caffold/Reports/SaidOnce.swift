/// Messages about layers, those that say the same of many layers said once.
///
/// A net of a hundred BatchNorms with one flaw gets two lines instead of a hundred:
///
///     note: BatchNorm 'bn1' stays: 'bn1' says 'use_global_stats: false', so it uses …
///     note: 99 more of type BatchNorm stay for the same reason: 'bn2', 'bn3', 'bn4' and 96 more; -v has a line for each
struct SaidOnce {
  /// A message and the layer that it is about.
  struct Message {
    let layer: String
    /// The whole line.
    let line: String
    /// What the further layers have in common, before the colon of the line that names them.
    let more: (_ count: Int) -> String
  }

  /// How many messages alike are each printed: a line that saves one line hides more than it saves.
  private static let shown = 3
  private static let named = 3

  /// The lines to print, in the order of the messages; a group stands where its first message does.
  static func lines(_ messages: [Message]) -> [String] {
    let forms = messages.map { withoutNames($0.line) }
    let groups = Dictionary(grouping: messages.indices) { forms[$0] }
    return messages.indices.flatMap { index -> [String] in
      let group = groups[forms[index]]!
      guard group.count > shown else { return [messages[index].line] }
      guard index == group[0] else { return [] }
      let names = group[1...named].map { "'\(messages[$0].layer)'" }.joined(separator: ", ")
      let unnamed = group.count - 1 - named
      return [
        messages[index].line,
        "\(messages[index].more(group.count - 1)): \(names)\(unnamed > 0 ? " and \(unnamed) more" : ""); -v has a line for each",
      ]
    }
  }

  /// A sentence with nothing between its single quotes, where names stand.
  private static func withoutNames(_ line: String) -> String {
    var form: [UInt8] = []
    var isQuoted = false
    for byte in line.utf8 {
      if byte == UInt8(ascii: "'") { isQuoted.toggle() }
      if !isQuoted { form.append(byte) }
    }
    return String(decoding: form, as: UTF8.self)
  }
}
