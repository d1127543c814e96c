/// Edits of lists, whose elements share brackets and commas.
extension TextSplicer {
  /// Changes of elements that are the list's to carry out: all removed, or new fields beside one.
  mutating func changeListsForElements() {
    let elements = changes.all.filter(\.field.isListElement)
    guard !elements.isEmpty else { return }
    var lists: [TextEditor.Change] = []
    var gone: Set<UInt32> = []
    for (list, group) in Dictionary(grouping: elements, by: \.field.list) {
      let ordered = group.sorted { $0.field.index < $1.field.index }
      var index = list + 1
      var count = 0
      let end = storage.nodes[Int(list)].next
      while index < end {
        count += 1
        index = storage.nodes[Int(index)].next
      }
      let removed = ordered.filter(\.isRemoved).map(\.field)
      let listField = TextField(
        storage: storage, index: list, list: TextNode.none, parent: ordered[0].field.parent)
      var change = changes[list] ?? TextEditor.Change(field: listField)
      change.before = ordered.flatMap(\.before)
      change.after = ordered.flatMap { $0.replacement + $0.after }
      change.isRemoved = removed.count == count
      for element in ordered {
        changes.update(element.field) { ($0.before, $0.after) = ([], []) }
      }
      if change.isRemoved || change.name != nil || !change.substitute.isEmpty { lists.append(change) }
      elementChanges[list] = ordered
      gone.formUnion(removed.map(\.index))
    }
    changes.replace(gone, with: lists)
  }

  /// Takes elements out of a list that stays.
  mutating func changeElements(_ elements: [TextEditor.Change], ofList list: UInt32) {
    if elements.contains(where: { $0.value != nil && $0.field.message != nil }) { addColon(to: list) }
    let removed = elements.filter(\.isRemoved).map(\.field.index)
    if !removed.isEmpty { removeElements(Set(removed), ofList: list) }
  }

  /// A list may lack its colon only as long as it holds nothing but messages.
  mutating func addColon(to list: UInt32) {
    let end = TextNode.nameRange(from: Int(storage.nodes[Int(list)].nameStart), in: bytes).upperBound
    if bytes[layout.skipTrivia(from: end)] != UInt8(ascii: ":") { splice(end..<end, [UInt8(ascii: ":")]) }
  }

  mutating func removeElements(_ removed: Set<UInt32>, ofList list: UInt32) {
    var elements: [UInt32] = []
    var index = list + 1
    while index < storage.nodes[Int(list)].next {
      elements.append(index)
      index = storage.nodes[Int(index)].next
    }
    let lastKept = elements.lastIndex { !removed.contains($0) } ?? 0
    for element in elements[..<lastKept] where removed.contains(element) {
      let node = storage.nodes[Int(element)]
      let comma = layout.skipTrivia(from: Int(node.valueEnd))
      if bytes[Int(node.valueEnd)..<comma].contains(UInt8(ascii: "#")) {
        splice(node.valueRange, [])
        splice(comma..<comma + 1, [])
      } else {
        splice(expanded(node.valueRange.lowerBound..<comma + 1), [])
      }
    }
    guard lastKept < elements.count - 1 else { return }
    let start = Int(storage.nodes[Int(elements[lastKept])].valueEnd)
    let end = Int(storage.nodes[Int(elements[elements.count - 1])].valueEnd)
    if !hasComment(elements[(lastKept + 1)...], after: start) { return splice(start..<end, []) }
    var previousEnd = start
    for element in elements[(lastKept + 1)...] {
      let comma = layout.skipTrivia(from: previousEnd)
      splice(comma..<comma + 1, [])
      let node = storage.nodes[Int(element)]
      splice(node.valueRange, [])
      previousEnd = Int(node.valueEnd)
    }
  }

  /// Whether a comment stands between elements.
  func hasComment(_ elements: ArraySlice<UInt32>, after start: Int) -> Bool {
    var end = start
    for element in elements {
      let node = storage.nodes[Int(element)]
      if bytes[end..<Int(node.valueStart)].contains(UInt8(ascii: "#")) { return true }
      end = Int(node.valueEnd)
    }
    return false
  }
}
