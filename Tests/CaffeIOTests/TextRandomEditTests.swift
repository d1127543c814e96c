import Diagnostics
import Testing

@testable import CaffeIO

/// Random texts under random edits, against a model that edits the meaning and not the text.
@Suite struct TextRandomEditTests {
  @Test func randomEditsMeanWhatTheyShould() throws {
    for seed in 0..<4000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let text = RandomText.make(&random)
      let document = try parsed(text)
      #expect(reassembled(document) == Array(text.utf8), "seed \(seed)")
      var editor = TextEditor(document)
      var kept: [String] = RandomText.comments(text[...])
      let expected = edit(document.root, &editor, &kept, &random)
      let edited = String(decoding: editor.edited(), as: UTF8.self)
      let result = try? parsed(edited)
      #expect(result.map { Meaning($0.root) } == expected, "seed \(seed):\n\(text)\n--\n\(edited)")
      #expect(RandomText.comments(edited[...]) == kept, "seed \(seed):\n\(text)\n--\n\(edited)")
    }
  }

  /// Edits the fields of a message at random and says what is to come of it. Comments within fields that go
  /// are struck from `kept`.
  private func edit(
    _ message: TextMessage, _ editor: inout TextEditor, _ kept: inout [String],
    _ random: inout SeededGenerator
  ) -> Meaning {
    var entries: [Meaning.Entry] = []
    var behindList: [Meaning.Entry] = []
    var list: UInt32?
    var removedElements: [UInt32: Int] = [:]
    for field in message.fields {
      if !field.isListElement || field.list != list {
        entries += behindList
        behindList = []
        list = field.isListElement ? field.list : nil
      }
      func new(_ label: String) -> NewTextField {
        let number = Int.random(in: 0..<100, using: &random)
        switch number % 3 {
        case 0: return NewTextField(name: label, value: .literal("\(number)"))
        case 1: return NewTextField(name: label, value: .string(Name("\(number)#'\"")))
        default:
          return NewTextField(
            name: label, value: .message([NewTextField(name: "in", value: .literal("\(number)"))]))
        }
      }
      func meaning(_ field: NewTextField) -> Meaning.Entry {
        Meaning.Entry(name: field.name, value: Meaning(field.value))
      }
      func strike(from start: Int) {
        let text = String(decoding: editor.document.bytes[start..<field.valueRange.upperBound], as: UTF8.self)
        for comment in RandomText.comments(text[...]) { kept.removeAll { $0 == comment } }
      }
      let start = field.isListElement ? field.valueOffset : field.nameOffset
      let name = field.name
      switch Int.random(in: 0..<12, using: &random) {
      case 0, 1:
        strike(from: start)
        editor.remove(field)
        if field.isListElement { removedElements[field.list, default: 0] += 1 }
      case 2:
        strike(from: field.message == nil || field.isListElement ? field.valueOffset : start)
        editor.set(field, toLiteral: "LITERAL")
        entries.append(.init(name: name, value: .scalar("LITERAL")))
      case 3:
        strike(from: field.message == nil || field.isListElement ? field.valueOffset : start)
        editor.set(field, toString: "a'b\"c\n")
        entries.append(.init(name: name, value: .string(Array("a'b\"c\n".utf8))))
      case 4 where !field.isListElement:
        strike(from: start)
        let fields = [new("r1"), new("r2")]
        editor.replace(field, with: fields)
        entries += fields.map(meaning)
      case 5 where !field.isListElement:
        let fields = [new("b1"), new("b2")]
        editor.insert(fields, before: field)
        entries += fields.map(meaning) + [.init(name: name, value: Meaning(field))]
      case 6:
        let added = new("a1")
        editor.insert([added], after: field)
        entries.append(.init(name: name, value: Meaning(field)))
        if field.isListElement { behindList.append(meaning(added)) } else { entries.append(meaning(added)) }
      case 7...10 where field.message != nil:
        let inner = edit(field.message!, &editor, &kept, &random)
        entries.append(.init(name: name, value: inner))
      default: entries.append(.init(name: name, value: Meaning(field)))
      }
    }
    entries += behindList
    for (list, count) in removedElements {
      let node = message.storage.nodes[Int(list)]
      let elements = message.fields.filter { $0.list == list }
      guard elements.count == count else { continue }
      // A list goes whole with its last element.
      let text = String(
        decoding: editor.document.bytes[Int(node.nameStart)..<Int(node.valueEnd)], as: UTF8.self)
      for comment in RandomText.comments(text[...]) { kept.removeAll { $0 == comment } }
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      let added = NewTextField(name: "end", value: .literal("0"))
      editor.append([added], to: message)
      entries.append(.init(name: "end", value: .scalar("0")))
    }
    return .message(entries)
  }
}

/// Random texts that use every freedom of the format's layout.
enum RandomText {
  static func make(_ random: inout SeededGenerator) -> String {
    let newline = ["\n", "\r\n", "\n"].randomElement(using: &random)!
    var writer = Writer(newline: newline, isTidy: Bool.random(using: &random), random: random)
    writer.message(depth: 0)
    random = writer.random
    return writer.text
  }

  /// The comments of a text, in order; each is made with a number of its own.
  static func comments(_ text: Substring) -> [String] {
    text.split(separator: "#c", omittingEmptySubsequences: false).dropFirst().map {
      String($0.prefix { $0.isNumber })
    }
  }

  struct Writer {
    var newline: String
    var isTidy: Bool
    var random: SeededGenerator
    var text = ""
    var commentCount = 0
    var indent = ""

    mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random)! }

    /// Between two tokens: nothing but white space and comments.
    mutating func gap(_ least: String = "") {
      guard !isTidy else {
        text += least
        return
      }
      switch Int.random(in: 0..<12, using: &random) {
      case 0: comment()
      case 1: text += newline + pick(["", "  ", "\t"])
      case 2: text += newline + newline
      case 3: text += "   "
      default: text += least
      }
    }

    mutating func comment() {
      commentCount += 1
      text += " #c\(commentCount) '{[" + newline
    }

    mutating func message(depth: Int) {
      let outer = indent
      if depth > 0 { indent += "  " }
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        if isTidy {
          if Int.random(in: 0..<5, using: &random) == 0 { text += newline }
          if Int.random(in: 0..<5, using: &random) == 0 { text += indent; comment() }
          text += indent
        }
        field(depth: depth)
        if isTidy {
          if Int.random(in: 0..<6, using: &random) == 0 { comment() } else { text += newline }
        }
      }
      indent = outer
    }

    mutating func field(depth: Int) {
      gap()
      text += pick(["a", "b", "layer", "[x.y]"])
      gap()
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1,
        2 where depth < 3:
        text += pick(["", ":"])
        gap(" ")
        body(depth: depth)
      case 3:
        text += ":"
        gap(" ")
        list(depth: depth)
      default:
        text += ":"
        gap(" ")
        scalar()
      }
      if !isTidy {
        gap()
        text += pick([" ", " ", ",", ";"])
      }
    }

    mutating func body(depth: Int) {
      let isAngled = Bool.random(using: &random)
      text += isAngled ? "<" : "{"
      if isTidy { text += newline }
      message(depth: depth + 1)
      gap()
      if isTidy { text += indent }
      text += isAngled ? ">" : "}"
    }

    mutating func list(depth: Int) {
      text += "["
      for index in 0..<Int.random(in: 0...3, using: &random) {
        if index > 0 { text += ","; gap(" ") } else { gap() }
        if depth < 3, Int.random(in: 0..<4, using: &random) == 0 { body(depth: depth) } else { scalar() }
        gap()
      }
      text += "]"
    }

    mutating func scalar() {
      text += pick(["1", "-2.5e3", "WORD", "'s'", "\"t\"", "0x1F", "'u' \"v\"", "inf", "1f"])
    }
  }
}
