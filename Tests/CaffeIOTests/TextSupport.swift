import Diagnostics
import Foundation

@testable import CaffeIO

func parsed(_ text: String, limits: TextLimits = TextLimits()) throws(TextFormatError) -> TextDocument {
  try TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8)), limits: limits)
}

func edit(_ text: String, _ change: (inout TextEditor, TextMessage) throws -> Void) throws -> String {
  let document = try parsed(text)
  var editor = TextEditor(document)
  try change(&editor, document.root)
  return String(decoding: editor.edited(), as: UTF8.self)
}

/// The text put together from the positions of its fields and from what is between them, every part checked
/// to be what it should be. Knows nothing of how editing copies bytes.
func reassembled(_ document: TextDocument) -> [UInt8]? {
  let bytes = document.bytes
  var result: [UInt8] = []
  var position = 0
  var isSound = true
  func take(_ range: Range<Int>) {
    guard range.lowerBound >= position, range.upperBound <= bytes.count else {
      isSound = false
      return
    }
    var isComment = false
    for byte in bytes[position..<range.lowerBound] {
      if byte == UInt8(ascii: "#") { isComment = true } else if byte == 0x0A { isComment = false }
      let isBetween = byte.isTextSpace || ":;,".utf8.contains(byte)
      // A byte-order mark is the only other thing that may stand between fields.
      if !isComment, !isBetween, position > 0 || ![0xEF, 0xBB, 0xBF].contains(byte) { isSound = false }
    }
    result += bytes[position..<range.upperBound]
    position = range.upperBound
  }
  func walk(_ first: UInt32, _ end: UInt32, isList: Bool) {
    var index = first
    while index < end {
      let node = document.storage.nodes[Int(index)]
      if !isList { take(TextNode.nameRange(from: Int(node.nameStart), in: bytes)) }
      let opener = bytes[Int(node.valueStart)]
      if [UInt8(ascii: "{"), UInt8(ascii: "<"), UInt8(ascii: "[")].contains(opener) {
        take(Int(node.valueStart)..<Int(node.valueStart) + 1)
        walk(index + 1, node.next, isList: opener == UInt8(ascii: "["))
        take(Int(node.valueEnd) - 1..<Int(node.valueEnd))
        if bytes[Int(node.valueEnd) - 1] != opener + 2 { isSound = false }
      } else {
        take(node.valueRange)
        if node.next != index + 1 { isSound = false }
      }
      index = node.next
    }
    if index != end { isSound = false }
  }
  walk(0, UInt32(document.storage.nodes.count), isList: false)
  take(bytes.count..<bytes.count)
  return isSound ? result : nil
}

/// What a text says, without how it is written.
indirect enum Meaning: Equatable, CustomStringConvertible {
  case string([UInt8])
  case scalar(String)
  case message([Entry])

  struct Entry: Equatable {
    var name: String
    var value: Meaning
  }

  init(_ message: TextMessage) {
    self = .message(message.fields.map { Entry(name: $0.name, value: Meaning($0)) })
  }

  init(_ field: TextField) {
    if let message = field.message {
      self = Meaning(message)
    } else if let bytes = field.bytes {
      self = .string(bytes)
    } else {
      self = .scalar(field.literal)
    }
  }

  init(_ value: NewTextField.Value) {
    switch value {
    case .string(let string): self = .string(string.bytes)
    case .literal(let text), .verbatim(let text): self = .scalar(text)
    case .message(let fields):
      self = .message(fields.map { Entry(name: $0.name, value: Meaning($0.value)) })
    }
  }

  var description: String {
    switch self {
    case .string(let bytes): "\"\(String(decoding: bytes, as: UTF8.self))\""
    case .scalar(let text): text
    case .message(let entries): "{\(entries.map { "\($0.name): \($0.value)" }.joined(separator: " "))}"
    }
  }
}

/// Real files beside the repository; says so where they are missing.
enum SharedFiles {
  static func all(_ folder: String, suffix: String) -> [URL] {
    let root = URL(fileURLWithPath: #filePath).appending(path: "../../../../shared").standardizedFileURL
    let found = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?
      .compactMap { $0 as? String }
    guard let found else {
      print("skipped: ../shared/\(folder) is not there")
      return []
    }
    return found.filter { $0.hasSuffix(suffix) }.sorted().map { root.appending(path: "\(folder)/\($0)") }
  }
}
