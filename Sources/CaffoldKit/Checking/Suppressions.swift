import CaffeIO
import Diagnostics
import RuleModel

/// A comment that keeps findings out of the report: `# caffold: ignore RULE because REASON`.
///
/// On a line of its own it is about the field behind it, a whole layer where that is one; behind a field, about the field that
/// begins its line.
public struct Suppression: Sendable, Equatable {
  /// The rules, as ids or globs.
  public var rules: [String]
  /// Why; nil where the comment does not say it.
  public var because: String?
  /// Where the comment stands.
  public var place: SourcePlace
  /// The bytes of the field that it is about; empty where there is none.
  var range: Range<Int>
  /// The layers of which a part lies in the range.
  var layers: Set<Name> = []

  /// Whether it is about a finding at an offset of the text, or one about a layer whose place is elsewhere.
  func covers(_ finding: Finding, at offset: Int?) -> Bool {
    guard rules.contains(where: { Glob($0).matches(finding.rule) }) else { return false }
    if let offset { return range.contains(offset) }
    return finding.layer.map(layers.contains) ?? false
  }
}

/// The suppressions of a definition.
struct Suppressions {
  private let text: TextDocument
  private var found: [Suppression] = []

  init(_ definition: NetDefinition) {
    text = definition.document
    let comments = Self.comments(in: text.bytes)
    let fields = comments.isEmpty ? [] : Self.fields(of: text.root)
    for comment in comments {
      guard var suppression = Self.parse(text.bytes[comment.range]) else { continue }
      let place = text.source.place(at: comment.range.lowerBound)
      let range =
        comment.isAlone
        ? Self.next(after: comment.range.upperBound, fields, text.bytes)
        : Self.first(from: comment.lineStart, before: comment.range.lowerBound, fields)
      suppression.place = place
      suppression.range = range ?? 0..<0
      // A whole layer: what is said of it elsewhere, as of its weights, is meant too.
      for layer in definition.layers where range == Self.range(of: layer.field) {
        suppression.layers.insert(layer.name)
      }
      found.append(suppression)
    }
  }

  /// The findings without those that are suppressed, those with the suppression of each, and notes about the comments themselves.
  func applied(to findings: [Finding]) -> (
    kept: [Finding], suppressed: [(Finding, Suppression)], notes: [Finding]
  ) {
    guard !found.isEmpty else { return (findings, [], []) }
    var uses = [Int](repeating: 0, count: found.count)
    var kept: [Finding] = []
    var suppressed: [(Finding, Suppression)] = []
    for finding in findings {
      let offset = finding.place.map(offset)
      guard let index = found.firstIndex(where: { $0.covers(finding, at: offset) }) else {
        kept.append(finding)
        continue
      }
      uses[index] += 1
      suppressed.append((finding, found[index]))
    }
    var notes: [Finding] = []
    for (index, suppression) in found.enumerated() {
      let names = Wording.names(suppression.rules)
      if uses[index] == 0 {
        notes.append(
          Finding(
            .idleSuppression, at: .text(suppression.place),
            "nothing of \(names) is found here to be suppressed",
            remedy: "remove the comment"))
      } else if suppression.because == nil {
        notes.append(
          Finding(
            .bareSuppression, at: .text(suppression.place),
            "the comment suppresses \(names) and does not say why",
            remedy: "add 'because …'"))
      }
    }
    return (kept, suppressed, notes)
  }

  /// The offset of a place.
  private func offset(_ place: SourcePlace) -> Int { text.source.offset(of: place) }

  // MARK: - Comments

  private struct Comment {
    /// From the `#` to the end of the line.
    var range: Range<Int>
    var lineStart: Int
    /// Whether only white space stands before it.
    var isAlone: Bool
  }

  /// The comments of a text that parses.
  private static func comments(in bytes: [UInt8]) -> [Comment] {
    var comments: [Comment] = []
    var quote: UInt8?
    var lineStart = 0
    var isAlone = true
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0A || byte == 0x0D {
        (lineStart, isAlone, quote) = (index + 1, true, nil)
      } else if let open = quote {
        if byte == UInt8(ascii: "\\") { index += 1 } else if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "#") {
        let end = bytes[index...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        comments.append(Comment(range: index..<end, lineStart: lineStart, isAlone: isAlone))
        index = end
        continue
      } else {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { quote = byte }
        if byte != 0x20, byte != 0x09 { isAlone = false }
      }
      index += 1
    }
    return comments
  }

  /// `# caffold: ignore a, b because …`; nil for any other comment.
  private static func parse(_ comment: ArraySlice<UInt8>) -> Suppression? {
    let text = String(decoding: comment, as: UTF8.self)
    var words = text.split(whereSeparator: { " \t#".contains($0) })[...]
    guard words.popFirst() == "caffold:", words.popFirst() == "ignore" else { return nil }
    let rules = words.prefix { $0 != "because" }.flatMap { $0.split(separator: ",") }.map(String.init)
    let reason = words.drop { $0 != "because" }.dropFirst().joined(separator: " ")
    guard !rules.isEmpty else { return nil }
    return Suppression(
      rules: rules, because: reason.isEmpty ? nil : reason,
      place: SourcePlace(path: "", line: 1, column: 1, lineText: ""), range: 0..<0)
  }

  // MARK: - Fields

  private static func range(of field: TextField) -> Range<Int> {
    field.nameOffset..<field.valueRange.upperBound
  }

  /// All fields, those of messages behind the messages, by where they begin.
  private static func fields(of message: TextMessage) -> [Range<Int>] {
    var fields: [Range<Int>] = []
    var pending = [message]
    while let message = pending.popLast() {
      for field in message.fields {
        fields.append(range(of: field))
        if let inner = field.message { pending.append(inner) }
      }
    }
    return fields.sorted { ($0.lowerBound, -$0.upperBound) < ($1.lowerBound, -$1.upperBound) }
  }

  /// The field that begins next, where nothing but white space and comments lies between.
  private static func next(after end: Int, _ fields: [Range<Int>], _ bytes: [UInt8]) -> Range<Int>? {
    var index = end
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "#") {
        index = bytes[index...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
      } else if byte == 0x20 || (0x09...0x0D).contains(byte) {
        index += 1
      } else {
        break
      }
    }
    return fields.first { $0.lowerBound == index }
  }

  /// The first field that begins on a line.
  private static func first(from start: Int, before end: Int, _ fields: [Range<Int>]) -> Range<Int>? {
    fields.first { $0.lowerBound >= start && $0.lowerBound < end }
  }
}
