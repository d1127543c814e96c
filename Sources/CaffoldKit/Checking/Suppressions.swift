import CaffeIO
import Diagnostics
import RuleModel

/// A comment that keeps findings out of the report: `# caffold: ignore RULE because REASON`.
///
/// On a line of its own it is about the field behind it, a whole layer where that is one; behind a field, about the field that
/// begins its line.
public struct Suppression: Sendable, Equatable {
  /// The rules, as ids or globs; none where the comment does not say what it ignores.
  public var rules: [String]
  /// Why; nil where the comment does not say it.
  public var because: String?
  /// Where the comment stands.
  public var place: SourcePlace
  /// The bytes of the field that it is about; empty where there is none.
  var range: Range<Int>
  /// The layers of which a part lies in the range.
  var layers: Set<Name> = []

  /// The position of the rule by which it is about a finding at an offset of the text, or about one of a layer whose place is
  /// elsewhere.
  func position(covering finding: Finding, at offset: Int?) -> Int? {
    let isThere =
      if let offset { range.contains(offset) } else { finding.layer.map(layers.contains) ?? false }
    return isThere ? rules.firstIndex { Glob($0).matches(finding.rule) } : nil
  }
}

/// The names of findings: ids of checks, of rules that report, and of statements about targets.
final class FindingNames {
  /// The findings that this run looks for.
  private let looked: [String]
  private let readAll: () throws -> [String]
  private var known: [String]?

  /// - Parameter readAll: reads the names of all findings, also of those that other runs look for.
  init(looked: [String], readingAll readAll: @escaping () throws -> [String]) {
    self.looked = looked
    self.readAll = readAll
  }

  /// The names of all findings. They are read once, whatever number of comments asks for them.
  func all() throws -> [String] {
    if let known { return known }
    let names = try readAll()
    known = names
    return names
  }

  /// Whether the run looks for a finding whose name the word matches; the word may be a glob.
  func isLooked(for word: String) -> Bool {
    let glob = Glob(word)
    return looked.contains { glob.matches($0) }
  }
}

/// The suppressions of a definition.
struct Suppressions {
  private let text: TextDocument
  private var found: [Suppression] = []

  init(_ definition: NetDefinition) {
    text = definition.document
    let comments = Self.comments(in: text.bytes)
    lazy var fields = Self.fields(of: text.root)
    lazy var layers = Dictionary(
      definition.layers.map { (Self.range(of: $0.field), $0.name) }, uniquingKeysWith: { first, _ in first })
    // Comments that stand in a row are about the same field, which is looked for behind the last.
    var behind: [Int: Range<Int>] = [:]
    let hasSuppressions = comments.contains { Self.parse(text.bytes[$0.range]) != nil }
    for comment in comments.reversed() where hasSuppressions && comment.isAlone {
      behind[comment.range.lowerBound] = Self.next(
        after: comment.range.upperBound, fields, text.bytes, known: behind)
    }
    for comment in comments {
      guard var suppression = Self.parse(text.bytes[comment.range]) else { continue }
      let place = text.source.place(at: comment.range.lowerBound)
      let range =
        comment.isAlone
        ? behind[comment.range.lowerBound]
        : Self.first(from: comment.lineStart, before: comment.range.lowerBound, fields)
      suppression.place = place
      suppression.range = range ?? 0..<0
      // A whole layer: what is said of it elsewhere, as of its weights, is meant too.
      if let range, let layer = layers[range] { suppression.layers.insert(layer) }
      found.append(suppression)
    }
  }

  /// The findings without those that are suppressed, those with the suppression of each, and notes about the comments themselves.
  ///
  /// - Throws: errors of the files that `names` reads.
  func applied(
    to findings: [Finding], _ names: FindingNames
  ) throws -> (kept: [Finding], suppressed: [(Finding, Suppression)], notes: [Finding]) {
    guard !found.isEmpty else { return (findings, [], []) }
    var used = [Set<Int>](repeating: [], count: found.count)
    var kept: [Finding] = []
    var suppressed: [(Finding, Suppression)] = []
    var suppressions = SuppressionIndex(found)
    for finding in findings {
      let offset = finding.place.map(offset)
      guard let index = suppressions.suppression(of: finding, at: offset),
        let position = found[index].position(covering: finding, at: offset)
      else {
        kept.append(finding)
        continue
      }
      used[index].insert(position)
      suppressed.append((finding, found[index]))
    }
    let notes = try zip(found, used).flatMap { try Self.notes(on: $0, used: $1, names) }
    return (kept, suppressed, notes)
  }

  /// What is to be said of a comment.
  ///
  /// - Parameter used: the positions of its rules that suppress something.
  private static func notes(
    on suppression: Suppression, used: Set<Int>, _ names: FindingNames
  ) throws -> [Finding] {
    let location = Diagnostic.Location.text(suppression.place)
    guard !suppression.rules.isEmpty else {
      return [
        Finding(
          .unknownSuppression, at: location, "the comment does not say what to ignore",
          remedy: "write '# caffold: ignore RULE because …'")
      ]
    }
    var notes: [Finding] = []
    var idle: [String] = []
    for (position, word) in suppression.rules.enumerated() where !used.contains(position) {
      if names.isLooked(for: word) {
        idle.append(word)
        continue
      }
      // What this run does not look for may be found by another: with a target, with other rules.
      let all = try names.all()
      let glob = Glob(word)
      guard !all.contains(where: { glob.matches($0) }) else { continue }
      let near = Suggestion.nearest(to: word, among: all)
      notes.append(
        Finding(
          .unknownSuppression, at: location, "no check or rule is called '\(word)'",
          remedy: near.map { "did you mean '\($0)'?" }
            ?? "give the file of the rule with --rules, or remove the name"))
    }
    if !idle.isEmpty {
      notes.append(
        Finding(
          .idleSuppression, at: location,
          "nothing of \(Wording.names(idle)) is found here to be suppressed",
          remedy: idle.count == suppression.rules.count
            ? "remove the comment" : "remove \(idle.count == 1 ? "the name" : "the names")"))
    }
    if !used.isEmpty, suppression.because == nil {
      notes.append(
        Finding(
          .bareSuppression, at: location,
          "the comment suppresses \(Wording.names(suppression.rules)) and does not say why",
          remedy: "add 'because …'"))
    }
    return notes
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

  /// `# caffold: ignore a, b because …`; nil for a comment that is not about caffold.
  private static func parse(_ comment: ArraySlice<UInt8>) -> Suppression? {
    let text = String(decoding: comment, as: UTF8.self)
    var words = text.split(whereSeparator: { " \t#".contains($0) })[...]
    guard words.popFirst() == "caffold:" else { return nil }
    let isIgnoring = words.popFirst() == "ignore"
    let rules = words.prefix { $0 != "because" }.flatMap { $0.split(separator: ",") }.map(String.init)
    let reason = words.drop { $0 != "because" }.dropFirst().joined(separator: " ")
    return Suppression(
      rules: isIgnoring ? rules : [], because: reason.isEmpty ? nil : reason,
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
  ///
  /// - Parameter known: what is behind the comments that follow.
  private static func next(
    after end: Int, _ fields: [Range<Int>], _ bytes: [UInt8], known: [Int: Range<Int>]
  ) -> Range<Int>? {
    var index = end
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "#") { return known[index] }
      if byte == 0x20 || (0x09...0x0D).contains(byte) {
        index += 1
      } else {
        break
      }
    }
    return first(from: index, before: index + 1, fields)
  }

  /// The first field that begins on a line.
  private static func first(from start: Int, before end: Int, _ fields: [Range<Int>]) -> Range<Int>? {
    var (low, high) = (0, fields.count)
    while low < high {
      let middle = (low + high) / 2
      if fields[middle].lowerBound < start { low = middle + 1 } else { high = middle }
    }
    return low < fields.count && fields[low].lowerBound < end ? fields[low] : nil
  }
}
