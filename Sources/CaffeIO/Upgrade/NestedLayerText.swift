/// Takes the inner layer out of `layers { layer { … } bottom: … }`: its fields become those of the outer one.
enum NestedLayerText {
  /// The text, edited; nil where no layer is within another.
  static func edited(_ definition: NetDefinition) -> [UInt8]? {
    let layout = TextLayout(definition.document.storage)
    let fields = definition.layers.filter { $0.generation == .v0 }.flatMap { layer in
      layer.field.message?.all("layer").filter { $0.message != nil && !$0.isListElement } ?? []
    }
    guard !fields.isEmpty else { return nil }
    var cuts: [Range<Int>] = []
    for field in fields { cuts += Self.cuts(around: field, layout) }
    let bytes = definition.document.bytes
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var position = 0
    for cut in cuts {
      append(bytes[position..<cut.lowerBound], to: &result)
      position = cut.upperBound
    }
    append(bytes[position...], to: &result)
    return result
  }

  /// What goes: the name with the opening bracket, one step of indentation of each line, the closing bracket.
  private static func cuts(around field: TextField, _ layout: TextLayout) -> [Range<Int>] {
    let bytes = layout.storage.bytes
    let (start, end) = (field.valueRange.lowerBound + 1, field.valueRange.upperBound - 1)
    var head = field.nameOffset..<start
    if let line = layout.lineStart(ifFirst: head.lowerBound), let next = layout.nextLine(after: start) {
      head = line..<min(next, end)
    } else {
      head = head.lowerBound..<min(layout.skipBlanks(from: start), end)
    }
    let behind = layout.separator(of: field.node).map { $0 + 1 } ?? end + 1
    var tail = end..<behind
    if let line = layout.lineStart(ifFirst: end), line >= head.upperBound,
      let next = layout.nextLine(after: behind)
    {
      tail = line..<next
    } else {
      tail = max(head.upperBound, layout.skipBlanks(backFrom: end))..<behind
    }
    var cuts = [head]
    var line = head.upperBound
    if line < tail.lowerBound, layout.lineStart(ifFirst: line) != line {
      line = nextLine(line, bytes, layout)
    }
    while line < tail.lowerBound {
      if bytes[line...].starts(with: layout.unit) { cuts.append(line..<line + layout.unit.count) }
      line = nextLine(line, bytes, layout)
    }
    cuts.append(tail)
    return cuts
  }

  /// `a: 1}b: 2` must not become `a: 1b: 2`.
  private static func append(_ part: ArraySlice<UInt8>, to result: inout [UInt8]) {
    if let last = result.last, let next = part.first, last.isWordByte, next.isWordByte {
      result.append(0x20)
    }
    result += part
  }

  private static func nextLine(_ offset: Int, _ bytes: [UInt8], _ layout: TextLayout) -> Int {
    (bytes[offset...].firstIndex(of: layout.newline) ?? bytes.count - 1) + 1
  }
}
