/// Turns the changes of fields into splices of bytes, and applies them.
struct TextSplicer {
  /// Bytes in the place of a range; an empty range is an insertion.
  struct Splice {
    var range: Range<Int>
    var text: [UInt8]
  }

  /// Neighbouring fields that go together, with only white space between them.
  struct Removal {
    var range: Range<Int>
    var first: UInt32
    var parent: UInt32
  }

  let layout: TextLayout
  var changes: FieldChanges
  let appended: AppendedFields
  /// The changes of elements, by their list.
  var elementChanges: [UInt32: [TextEditor.Change]] = [:]
  var splices: [Splice] = []
  var pending: Removal?

  var storage: TextStorage { layout.storage }
  var bytes: [UInt8] { layout.storage.bytes }

  init(layout: TextLayout, changes: FieldChanges, appended: AppendedFields) {
    self.layout = layout
    self.changes = changes
    self.appended = appended
  }

  mutating func result() -> [UInt8] {
    changeListsForElements()
    var swallowed: UInt32 = 0
    var appends: [(index: UInt32, fields: [NewTextField])] = []
    // Nodes are in the order of the text, so one pass meets every change after those that hold it.
    var indices = changes.all.map(\.field.index)
    if !appended.isEmpty || !elementChanges.isEmpty {
      indices += appended.all.map(\.message) + Array(elementChanges.keys)
      indices.sort()
    }
    var next = 0
    var nextAppended = 0
    var previous = TextNode.none
    for index in indices where index != TextNode.none && index != previous {
      previous = index
      while next < changes.all.count, changes.all[next].field.index < index { next += 1 }
      while nextAppended < appended.all.count, appended.all[nextAppended].message < index {
        nextAppended += 1
      }
      guard index >= swallowed else { continue }
      if next < changes.all.count, changes.all[next].field.index == index {
        let change = changes.all[next]
        if change.isRemoved {
          swallowed = storage.nodes[Int(index)].next
          remove(change)
          continue
        }
        if let name = change.name { splice(change.field.nameRange, Array(name.utf8)) }
        if let value = change.value {
          splice(change.field.valueRange, value)
          swallowed = storage.nodes[Int(index)].next
        }
        if !change.before.isEmpty { insertBefore(change) }
        if !change.after.isEmpty { insertAfter(change) }
      }
      if let elements = elementChanges[index] { changeElements(elements, ofList: index) }
      if nextAppended < appended.all.count, appended.all[nextAppended].message == index {
        appends.append((index, appended.all[nextAppended].fields))
      }
    }
    flushRemoval()
    // Last, so that they come behind what is inserted after a message's last field.
    for (index, fields) in appends { append(fields, toMessage: index) }
    if let fields = appended[TextNode.none] { appendToText(fields) }
    return applied()
  }

  mutating func splice(_ range: Range<Int>, _ text: [UInt8]) {
    splices.append(Splice(range: range, text: text))
  }

  func applied() -> [UInt8] {
    let bytes = bytes
    let order = splices.indices.sorted {
      let (a, b) = (splices[$0].range, splices[$1].range)
      // An insertion comes before what is taken away behind it; equals stay in the order of the changes.
      return (a.lowerBound, a.isEmpty ? 0 : 1, $0) < (b.lowerBound, b.isEmpty ? 0 : 1, $1)
    }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + splices.reduce(0) { $0 + $1.text.count })
    func add(_ part: ArraySlice<UInt8>) {
      // `a: 1` and `b: 2` must not become `a: 1b: 2` where only what stood between them kept them apart.
      if let last = result.last, let next = part.first, last.isWordByte, next.isWordByte {
        result.append(0x20)
      }
      result += part
    }
    var position = 0
    for index in order {
      let splice = splices[index]
      if splice.range.lowerBound > position { add(bytes[position..<splice.range.lowerBound]) }
      add(splice.text[...])
      position = max(position, splice.range.upperBound)
    }
    add(bytes[position...])
    return result
  }

  // MARK: Removal

  mutating func remove(_ change: TextEditor.Change) {
    let substitute = change.substitute
    guard substitute.isEmpty else { return replace(change.field, with: substitute) }
    let node = change.field.node
    var end = Int(node.valueEnd)
    if let separator = layout.separator(of: node) {
      if bytes[end..<separator].contains(UInt8(ascii: "#")) {
        splice(separator..<separator + 1, [])
      } else {
        end = separator + 1
      }
    }
    let range = Int(node.nameStart)..<end
    if let before = pending, bytes[before.range.upperBound..<range.lowerBound].allSatisfy(\.isTextSpace) {
      pending?.range = before.range.lowerBound..<range.upperBound
    } else {
      flushRemoval()
      pending = Removal(range: range, first: change.field.index, parent: change.field.parent)
    }
  }

  mutating func flushRemoval() {
    guard let removal = pending else { return }
    pending = nil
    let followed = layout.skipBlanks(from: removal.range.upperBound)
    let isBeforeCloser = followed < bytes.count && bytes[followed].isCloser
    guard isBeforeCloser else { return splice(expanded(removal.range), []) }
    // The last of `{ a: 1 b: 2 }`, or of a block whose bracket closes on the line of its last field.
    var start = layout.skipBlanks(backFrom: removal.range.lowerBound)
    if layout.lineStart(ifFirst: removal.range.lowerBound) != nil, !layout.hasCommentBefore(removal.first) {
      while start > 0, bytes[start - 1].isTextSpace { start -= 1 }
    }
    if start > 0, bytes[start - 1].isOpener, appended[removal.parent] == nil {
      return splice(start..<followed, [])
    }
    // A line of comments before it must not take the bracket in.
    let isBehindField = start > 0 && !layout.isNewline(at: start - 1)
    splice((isBehindField ? start : removal.range.lowerBound)..<removal.range.upperBound, [])
  }

  /// The range of fields, with what should go along: their lines, or the blanks on one side.
  func expanded(_ range: Range<Int>) -> Range<Int> {
    let lineStart = layout.lineStart(ifFirst: range.lowerBound)
    let lineEnd = layout.nextLine(after: range.upperBound)
    if let lineStart, let lineEnd { return withBlankLine(lineStart..<lineEnd) }
    let followed = layout.skipBlanks(from: range.upperBound)
    let isBeforeComment = followed < bytes.count && bytes[followed] == UInt8(ascii: "#")
    if lineStart == nil, lineEnd != nil || isBeforeComment {
      // What stands before it on the line stays, the blanks between do not.
      var end = range.upperBound
      while lineEnd != nil, end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 { end += 1 }
      return layout.skipBlanks(backFrom: range.lowerBound)..<end
    }
    return range.lowerBound..<followed
  }

  /// Whole lines, with a blank line next to them if otherwise two would meet or one would stand at an end.
  func withBlankLine(_ lines: Range<Int>) -> Range<Int> {
    let before = layout.blankLine(before: lines.lowerBound)
    if let after = layout.blankLine(at: lines.upperBound) {
      let isFirst = layout.isTextStart(lines.lowerBound) || isBehindOpener(lines.lowerBound)
      return before != nil || isFirst ? lines.lowerBound..<after : lines
    }
    let next = layout.skipBlanks(from: lines.upperBound)
    let isLast = next >= bytes.count || bytes[next].isCloser
    return isLast ? (before ?? lines.lowerBound)..<lines.upperBound : lines
  }

  func isBehindOpener(_ lineStart: Int) -> Bool {
    guard lineStart > 0 else { return false }
    let end = layout.skipBlanks(backFrom: lineStart - 1)
    return end > 0 && bytes[end - 1].isOpener
  }

  // MARK: New fields

  func printer(_ separator: Int?) -> TextPrinter {
    TextPrinter(layout: layout, separator: separator.map { bytes[$0] })
  }

  mutating func replace(_ field: TextField, with fields: [NewTextField]) {
    let node = field.node
    let start = Int(node.nameStart)
    let printer = printer(layout.separator(of: node))
    let isOneLine = !bytes[node.valueRange].contains(layout.newline)
    let isOneLineMessage = field.message != nil && isOneLine
    let end = layout.separator(of: node).map { $0 + 1 } ?? Int(node.valueEnd)
    let isLastOnLine = layout.nextLine(after: end, orComment: true) != nil
    let text: [UInt8]
    if layout.lineStart(ifFirst: start) == nil || isOneLine && !isLastOnLine {
      text = printer.oneLine(fields)
    } else if isOneLineMessage {
      let lineEnd = layout.lineEnd + layout.indentation(at: start)
      text = Array(
        fields.map(printer.oneLine).joined(separator: (printer.separator.map { [$0] } ?? []) + lineEnd))
    } else {
      text = printer.lines(
        fields, indent: layout.indentation(at: start), isSpaced: layout.isSpaced(field.index))
    }
    splice(start..<Int(node.valueEnd), text)
  }

  mutating func insertBefore(_ change: TextEditor.Change) {
    let index = change.field.index
    let start = change.field.nameOffset
    let separator = layout.separator(of: change.field.node)
    let printer = printer(separator)
    let tail = separator.map { [bytes[$0]] } ?? []
    guard let line = layout.lineStart(ifFirst: start) else {
      return splice(start..<start, printer.oneLine(change.before) + tail + [0x20])
    }
    let indent = layout.indentation(at: start)
    let isSpaced = layout.isSpaced(index)
    let text =
      indent + lines(change.before, like: index, indent, isSpaced, printer) + tail + layout.lineEnd
    let isLastMessage = change.before.last?.isMessage == true
    let at = layout.commentLines(above: line, of: index)
    splice(at..<at, text + (isSpaced && isLastMessage ? layout.lineEnd : []))
  }

  mutating func insertAfter(_ change: TextEditor.Change) {
    let node = change.field.node
    let separator = layout.separator(of: node)
    let end = separator.map { $0 + 1 } ?? Int(node.valueEnd)
    addFields(change.after, after: change.field.index, end: end, separator: separator)
  }

  /// New fields behind a sibling that ends at `end`, on lines of their own if it has its lines for itself.
  mutating func addFields(
    _ fields: [NewTextField], after sibling: UInt32, end: Int, separator: Int?, isTerminated: Bool = true
  ) {
    let printer = printer(separator)
    let tail = isTerminated ? separator.map { [bytes[$0]] } ?? [] : []
    let start = Int(storage.nodes[Int(sibling)].nameStart)
    guard layout.lineStart(ifFirst: start) != nil, let next = layout.nextLine(after: end, orComment: true)
    else {
      return splice(end..<end, [0x20] + printer.oneLine(fields) + tail)
    }
    let isSpaced = layout.isSpaced(sibling)
    let indent = layout.indentation(at: start)
    let blank = isSpaced && fields[0].isMessage ? layout.lineEnd : []
    let text = blank + indent + lines(fields, like: sibling, indent, isSpaced, printer) + tail
    let isEnded = next > 0 && layout.isNewline(at: next - 1)
    splice(next..<next, isEnded ? text + layout.lineEnd : layout.lineEnd + text)
  }

  /// New fields on lines of their own; messages beside one that stands on a single line do so too.
  func lines(
    _ fields: [NewTextField], like sibling: UInt32, _ indent: [UInt8], _ isSpaced: Bool,
    _ printer: TextPrinter
  ) -> [UInt8] {
    let value = storage.nodes[Int(sibling)].valueRange
    let isOneLine = bytes[value.lowerBound].isOpener && !bytes[value].contains(layout.newline)
    guard isOneLine, fields.allSatisfy(\.isMessage) else {
      return printer.lines(fields, indent: indent, isSpaced: isSpaced)
    }
    let separator = (printer.separator.map { [$0] } ?? []) + layout.lineEnd + indent
    return Array(fields.map { printer.oneLine([$0]) }.joined(separator: separator))
  }

  // MARK: Appending

  /// The last fields of a message that stay: the last and the one before it.
  func lastSiblings(of parent: UInt32) -> (last: UInt32, previous: UInt32?)? {
    let isRoot = parent == TextNode.none
    var index = isRoot ? 0 : parent + 1
    let end = isRoot ? UInt32(storage.nodes.count) : storage.nodes[Int(parent)].next
    var last: UInt32?
    var previous: UInt32?
    while index < end {
      if changes[index]?.isRemoved != true || changes[index]?.substitute.isEmpty == false {
        previous = last
        last = index
      }
      index = storage.nodes[Int(index)].next
    }
    return last.map { ($0, previous) }
  }

  /// How appended fields are separated: as the last field is, or as the one before it, which then needs a
  /// separator behind the last field first.
  mutating func separation(
    of siblings: (last: UInt32, previous: UInt32?)?
  ) -> (separator: Int?, isTerminated: Bool) {
    guard let siblings else { return (nil, false) }
    let last = storage.nodes[Int(siblings.last)]
    if let separator = layout.separator(of: last) { return (separator, true) }
    guard let previous = siblings.previous,
      let separator = layout.separator(of: storage.nodes[Int(previous)])
    else { return (nil, false) }
    let end = Int(last.valueEnd)
    splice(end..<end, [bytes[separator]])
    return (separator, false)
  }

  mutating func append(_ fields: [NewTextField], toMessage index: UInt32) {
    let node = storage.nodes[Int(index)]
    let body = Int(node.valueStart) + 1..<Int(node.valueEnd) - 1
    let siblings = lastSiblings(of: index)
    let (separator, isTerminated) = separation(of: siblings)
    let printer = printer(separator)
    let tail = isTerminated ? separator.map { [bytes[$0]] } ?? [] : []
    guard bytes[body].contains(layout.newline) else {
      // One line stays one line; `{}` opens to `{ … }`.
      let at = max(body.lowerBound, layout.skipBlanks(backFrom: body.upperBound))
      let isTight = at > body.lowerBound && at == body.upperBound
      let closing: [UInt8] = at == body.upperBound && !isTight ? [0x20] : []
      return splice(at..<at, [0x20] + printer.oneLine(fields) + tail + closing)
    }
    // The indentation of the last field, if it does not stand on the line of the opening bracket.
    let last = lastChild(of: index).map { Int(storage.nodes[Int($0)].nameStart) }
    let closerIndent = layout.indentation(at: body.upperBound)
    let isBelowOpener = last.map { layout.lineStart(of: $0) > body.lowerBound } ?? false
    let indent = isBelowOpener ? layout.indentation(at: last ?? 0) : closerIndent + layout.unit
    let lines = printer.lines(fields, indent: indent) + tail
    guard var line = layout.lineStart(ifFirst: body.upperBound) else {
      // The bracket closes on the line of the last field: it stays behind the last.
      let at = layout.skipBlanks(backFrom: body.upperBound)
      return splice(at..<at, layout.lineEnd + indent + lines)
    }
    while let blank = layout.blankLine(before: line), blank > body.lowerBound { line = blank }
    splice(line..<line, indent + lines + layout.lineEnd)
  }

  func lastChild(of parent: UInt32) -> UInt32? {
    var index = parent + 1
    var last: UInt32?
    while index < storage.nodes[Int(parent)].next {
      last = index
      index = storage.nodes[Int(index)].next
    }
    return last
  }

  mutating func appendToText(_ fields: [NewTextField]) {
    let siblings = lastSiblings(of: TextNode.none)
    let (separator, isTerminated) = separation(of: siblings)
    let printer = printer(separator)
    let tail = isTerminated ? separator.map { [bytes[$0]] } ?? [] : []
    let isSpaced = siblings.map { layout.isSpaced($0.last) } ?? false
    var text = printer.lines(fields, indent: [], isSpaced: isSpaced) + tail
    if isSpaced, fields[0].isMessage { text = layout.lineEnd + text }
    // Behind the last line that holds something; blank lines at the end stay there.
    var contentEnd = bytes.count
    while contentEnd > 0, bytes[contentEnd - 1].isTextSpace { contentEnd -= 1 }
    let next = layout.nextLine(after: contentEnd) ?? bytes.count
    if layout.isTextStart(contentEnd) || next > 0 && layout.isNewline(at: next - 1) {
      splice(next..<next, text + layout.lineEnd)
    } else {
      splice(bytes.count..<bytes.count, layout.lineEnd + text)
    }
  }
}

extension UInt8 {
  fileprivate var isOpener: Bool { self == UInt8(ascii: "{") || self == UInt8(ascii: "<") }
  fileprivate var isCloser: Bool { self == UInt8(ascii: "}") || self == UInt8(ascii: ">") }
  /// Part of a word or number, so that two in a row would read as one.
  var isWordByte: Bool { isIdentifierByte || self == UInt8(ascii: ".") }
}
