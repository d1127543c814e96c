/// Messages about layers, those that say the same of many layers said once.
///
/// A net of a hundred BatchNorms with one flaw gets two lines instead of a hundred:
///
///     note: BatchNorm 'bn1' stays: 'bn1' says 'use_global_stats: false', so it uses …
///     note: 99 more of type BatchNorm stay for the same reason: 'bn2', 'bn3', 'bn4' and 96 more; -v has a line for each
struct SaidOnce {
  /// How many messages alike are each printed: a line that saves one line hides more than it saves.
  private static let shown = 3
  private static let named = 3

  private struct Group {
    var count = 0
    /// The layers of the first messages but one.
    var names: [String] = []
    let more: (_ count: Int) -> String
  }

  private var groups: [Group] = []
  private var groupsByForm: [String: Int] = [:]
  /// The messages that may be printed: the first few of each group.
  private var messages: [(group: Int, line: String)] = []

  /// Adds a message; the result is the group of those that say the same.
  ///
  /// - Parameters:
  ///   - layer: the layer that it is about.
  ///   - group: the group, where it is known; the line is put together only if it may be printed then.
  ///   - more: what the further layers have in common, before the colon of the line that names them.
  ///   - line: the whole line.
  @discardableResult
  mutating func add(
    _ layer: String, to group: Int? = nil, more: @escaping (_ count: Int) -> String, line: () -> String
  ) -> Int {
    var text: String?
    var group = group
    if group == nil {
      let line = line()
      let form = Self.withoutNames(line)
      if groupsByForm[form] == nil {
        groupsByForm[form] = groups.count
        groups.append(Group(more: more))
      }
      (group, text) = (groupsByForm[form], line)
    }
    let number = group!
    groups[number].count += 1
    if groups[number].count <= Self.shown { messages.append((number, text ?? line())) }
    if (2...Self.named + 1).contains(groups[number].count) { groups[number].names.append(layer) }
    return number
  }

  /// The lines to print, in the order of the messages; a group stands where its first message does.
  var lines: [String] {
    var lines: [String] = []
    var said: Set<Int> = []
    for (number, line) in messages {
      let group = groups[number]
      guard group.count > Self.shown else {
        lines.append(line)
        continue
      }
      guard said.insert(number).inserted else { continue }
      let names = group.names.map { "'\($0)'" }.joined(separator: ", ")
      let unnamed = group.count - 1 - Self.named
      lines.append(line)
      lines.append(
        "\(group.more(group.count - 1)): \(names)\(unnamed > 0 ? " and \(unnamed) more" : ""); -v has a line for each"
      )
    }
    return lines
  }

  /// A sentence with nothing between its single quotes, where names stand.
  private static func withoutNames(_ line: String) -> String {
    var form: [UInt8] = []
    form.reserveCapacity(line.utf8.count)
    var isQuoted = false
    for byte in line.utf8 {
      if byte == UInt8(ascii: "'") { isQuoted.toggle() }
      if !isQuoted { form.append(byte) }
    }
    return String(decoding: form, as: UTF8.self)
  }
}
