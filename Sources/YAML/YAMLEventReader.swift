import CYAML
import Diagnostics

/// What libyaml says, one thing at a time, with byte offsets instead of its character counts.
struct YAMLEvent {
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(text: String, style: YAMLScalar.Style)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
  }

  var kind: Kind
  var anchor: String?
  var tag: String?
  /// The bytes the event covers, anchor and tag included.
  var range: Range<Int>
}

/// libyaml's parser. The only file that touches its memory; the reader must not escape `withEvents`.
struct YAMLEventReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let origin: YAMLOrigin

  /// Calls `body` with a reader of the file's events and frees what libyaml holds after it.
  static func withEvents<Result>(
    of origin: YAMLOrigin, _ body: (YAMLEventReader) throws(YAMLError) -> Result
  ) throws(YAMLError) -> Result {
    // libyaml aborts on a null buffer, which is what an empty array may give.
    guard origin.source.bytes.count > origin.textStart else {
      throw YAMLError(.noDocument, at: origin.source.place(at: 0))
    }
    // On the heap: the parser keeps a pointer to itself.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      throw YAMLError(.malformed(.outOfMemory), at: origin.source.place(at: 0))
    }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    let text = origin.source.bytes[origin.textStart...]
    return try text.withUnsafeBufferPointer { buffer throws(YAMLError) in
      yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
      return try body(YAMLEventReader(parser: parser, origin: origin))
    }
  }

  /// The next event, whose scalar is at most `scalarLimit` bytes long.
  func next(scalarLimit: Int) throws(YAMLError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
    defer { yaml_event_delete(&event) }
    let start = origin.offset(ofCharacter: event.start_mark.index)
    let end = origin.offset(ofCharacter: event.end_mark.index)
    let range = start..<max(start, end)
    func made(
      _ kind: YAMLEvent.Kind, _ anchor: UnsafeMutablePointer<yaml_char_t>? = nil,
      _ tag: UnsafeMutablePointer<yaml_char_t>? = nil
    ) -> YAMLEvent {
      YAMLEvent(
        kind: kind, anchor: anchor.map { String(cString: $0) }, tag: tag.map { String(cString: $0) },
        range: range)
    }
    switch event.type {
    case YAML_STREAM_START_EVENT: return made(.streamStart)
    case YAML_DOCUMENT_START_EVENT: return made(.documentStart)
    case YAML_DOCUMENT_END_EVENT: return made(.documentEnd)
    case YAML_ALIAS_EVENT: return made(.alias(String(cString: event.data.alias.anchor)))
    case YAML_SEQUENCE_START_EVENT:
      return made(.sequenceStart, event.data.sequence_start.anchor, event.data.sequence_start.tag)
    case YAML_SEQUENCE_END_EVENT: return made(.sequenceEnd)
    case YAML_MAPPING_START_EVENT:
      return made(.mappingStart, event.data.mapping_start.anchor, event.data.mapping_start.tag)
    case YAML_MAPPING_END_EVENT: return made(.mappingEnd)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      guard scalar.length <= scalarLimit else {
        throw YAMLError(
          .scalarTooLong(length: scalar.length, limit: scalarLimit), at: origin.source.place(at: start))
      }
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let text = String(decoding: bytes, as: UTF8.self)
      return made(.scalar(text: text, style: style(scalar.style)), scalar.anchor, scalar.tag)
    default: return made(.streamEnd)
    }
  }

  private func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  /// What stopped libyaml. Its reader counts bytes, its scanner and parser count characters.
  private var failure: YAMLError {
    let found = parser.pointee
    let problem = found.problem.map(String.init(cString:)) ?? ""
    let source = origin.source
    switch found.error {
    case YAML_MEMORY_ERROR: return YAMLError(.malformed(.outOfMemory), at: source.place(at: 0))
    case YAML_READER_ERROR:
      var offset = min(origin.textStart + found.problem_offset, source.bytes.count)
      // The byte that should continue a character: point at where the character begins.
      if problem == "invalid trailing UTF-8 octet" {
        repeat { offset -= 1 } while offset > 0 && source.bytes[offset] & 0xC0 == 0x80
      }
      let place = source.place(at: max(offset, 0))
      return YAMLError(.malformed(YAMLProblem(reader: problem)), at: place)
    default:
      let context = found.context.map(String.init(cString:)) ?? ""
      var reworded = YAMLProblem(problem: problem, context: context)
      let mark = reworded.pointsAtStart ? found.context_mark : found.problem_mark
      let offset = origin.offset(ofCharacter: mark.index)
      if reworded == .cannotStart, offset < source.bytes.count, source.bytes[offset] == UInt8(ascii: "\t") {
        reworded = .tabIndentation
      }
      var opened: SourcePlace?
      if reworded == .unclosedList || reworded == .unclosedMapping {
        opened = source.place(at: origin.offset(ofCharacter: found.context_mark.index))
      }
      return YAMLError(.malformed(reworded), at: source.place(at: offset), opened: opened)
    }
  }
}
