import Diagnostics

/// Builds the nodes of one document from libyaml's events, keeping count of what aliases multiply.
struct YAMLComposer {
  /// A node with what it costs to stand somewhere: its nodes and its levels, aliases expanded.
  private struct Composed {
    var node: YAMLNode
    var count: Int
    var height: Int
  }

  private enum Anchor {
    case open
    case done(Composed)
  }

  private let reader: YAMLEventReader
  private let origin: YAMLOrigin
  private let limits: YAMLLimits
  private var anchors: [String: Anchor] = [:]
  private var total = 0

  init(reader: YAMLEventReader, origin: YAMLOrigin, limits: YAMLLimits) {
    self.reader = reader
    self.origin = origin
    self.limits = limits
  }

  /// The root of the only document.
  mutating func composeDocument() throws(YAMLError) -> YAMLNode {
    _ = try next()
    guard case .documentStart = try next().kind else { throw error(.noDocument, at: 0) }
    let root = try compose(next(), depth: 1)
    _ = try next()
    let after = try next()
    guard case .streamEnd = after.kind else { throw error(.severalDocuments, at: after.range.lowerBound) }
    return root.node
  }

  private func next() throws(YAMLError) -> YAMLEvent {
    try reader.next(scalarLimit: limits.scalarLength)
  }

  private func error(_ kind: YAMLError.Kind, at offset: Int) -> YAMLError {
    YAMLError(kind, at: origin.source.place(at: offset))
  }

  private mutating func count(_ nodes: Int, at offset: Int) throws(YAMLError) {
    total += nodes
    if total > limits.nodes { throw error(.tooManyNodes(limit: limits.nodes), at: offset) }
  }

  private mutating func compose(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Composed {
    if case .alias(let name) = event.kind {
      return try expand(name, at: event.range.lowerBound, depth: depth)
    }
    let hasProperties = event.anchor != nil || event.tag != nil
    let start =
      hasProperties ? origin.skipProperties(from: event.range.lowerBound) : event.range.lowerBound
    try count(1, at: start)
    // A scalar on the deepest level is fine, a list there is not.
    let isScalar = if case .scalar = event.kind { true } else { false }
    if !isScalar, depth > limits.depth { throw error(.tooDeep(limit: limits.depth), at: start) }
    if let anchor = event.anchor { anchors[anchor] = .open }
    var composed: Composed
    switch event.kind {
    case .scalar(let text, let style):
      let range = start..<max(start, event.range.upperBound)
      let value = style == .plain ? YAMLCoreValue(plain: text) : .string(text)
      let scalar = YAMLScalar(text: text, style: style, value: value, range: range, origin: origin)
      composed = Composed(
        node: YAMLNode(content: .scalar(scalar), offset: start, endOffset: range.upperBound, origin: origin),
        count: 1, height: 0)
    case .sequenceStart:
      composed = try composeSequence(start: start, headEnd: event.range.upperBound, depth: depth)
    default:
      composed = try composeMapping(start: start, headEnd: event.range.upperBound, depth: depth)
    }
    if let tag = event.tag { try apply(tag, to: &composed.node, at: event.range.lowerBound) }
    if let anchor = event.anchor { anchors[anchor] = .done(composed) }
    return composed
  }

  private mutating func expand(_ name: String, at offset: Int, depth: Int) throws(YAMLError) -> Composed {
    switch anchors[name] {
    case nil: throw error(.unknownAlias(name, known: anchors.keys.sorted()), at: offset)
    case .open: throw error(.circularAlias(name), at: offset)
    case .done(let composed):
      try count(composed.count, at: offset)
      if depth - 1 + composed.height > limits.depth { throw error(.tooDeep(limit: limits.depth), at: offset) }
      return composed
    }
  }

  private mutating func composeSequence(
    start: Int, headEnd: Int, depth: Int
  ) throws(YAMLError) -> Composed {
    var items: [YAMLNode] = []
    var (count, height, end) = (1, 0, headEnd)
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind {
        if isFlow(start) { end = event.range.upperBound }
        break
      }
      let item = try compose(event, depth: depth + 1)
      items.append(item.node)
      count += item.count
      height = max(height, item.height)
      end = max(end, event.range.upperBound, item.node.endOffset)
    }
    let node = YAMLNode(content: .sequence(items), offset: start, endOffset: end, origin: origin)
    return Composed(node: node, count: count, height: height + 1)
  }

  private mutating func composeMapping(
    start: Int, headEnd: Int, depth: Int
  ) throws(YAMLError) -> Composed {
    var entries: [YAMLEntry] = []
    var firstOffsets: [String: Int] = [:]
    var (count, height, end) = (1, 0, headEnd)
    while true {
      let event = try next()
      if case .mappingEnd = event.kind {
        if isFlow(start) { end = event.range.upperBound }
        break
      }
      let key = try compose(event, depth: depth + 1)
      if let text = key.node.scalar?.text {
        if let first = firstOffsets.updateValue(key.node.offset, forKey: text) {
          let kind = YAMLError.Kind.duplicateKey(text, first: origin.source.place(at: first))
          throw error(kind, at: event.range.lowerBound)
        }
      }
      let valueEvent = try next()
      let value = try compose(valueEvent, depth: depth + 1)
      entries.append(YAMLEntry(key: key.node, value: value.node))
      count += key.count + value.count
      height = max(height, key.height, value.height)
      end = max(end, valueEvent.range.upperBound)
      if case .alias = valueEvent.kind { continue }
      end = max(end, value.node.endOffset)
    }
    let node = YAMLNode(content: .mapping(entries), offset: start, endOffset: end, origin: origin)
    return Composed(node: node, count: count, height: height + 1)
  }

  private func isFlow(_ offset: Int) -> Bool {
    let bytes = origin.source.bytes
    return offset < bytes.count && (bytes[offset] == UInt8(ascii: "[") || bytes[offset] == UInt8(ascii: "{"))
  }

  /// Lets a core tag decide what a scalar is; any other tag is refused.
  private func apply(_ tag: String, to node: inout YAMLNode, at offset: Int) throws(YAMLError) {
    let prefix = "tag:yaml.org,2002:"
    func refuse() -> YAMLError { error(.wrongTag(shown(tag), found: YAMLDescription(node)), at: offset) }
    switch (tag, node.content) {
    case ("!", .scalar(var scalar)), (prefix + "str", .scalar(var scalar)):
      scalar.value = .string(scalar.text)
      node.content = .scalar(scalar)
    case ("!", _), (prefix + "seq", .sequence), (prefix + "map", .mapping): return
    case (prefix + "null", .scalar(var scalar)), (prefix + "bool", .scalar(var scalar)),
      (prefix + "int", .scalar(var scalar)), (prefix + "float", .scalar(var scalar)):
      let value = YAMLCoreValue(plain: scalar.text)
      switch (tag, value) {
      case (prefix + "null", .null), (prefix + "bool", .boolean), (prefix + "int", .integer),
        (prefix + "float", .number):
        scalar.value = value
      case (prefix + "float", .integer(let whole)): scalar.value = .number(Double(whole))
      default: throw refuse()
      }
      node.content = .scalar(scalar)
    case (prefix + "str", _), (prefix + "seq", _), (prefix + "map", _), (prefix + "null", _),
      (prefix + "bool", _), (prefix + "int", _), (prefix + "float", _):
      throw refuse()
    default: throw error(.unknownTag(shown(tag)), at: offset)
    }
  }

  private func shown(_ tag: String) -> String {
    tag.hasPrefix("tag:yaml.org,2002:") ? "!!" + tag.dropFirst("tag:yaml.org,2002:".count) : tag
  }
}
