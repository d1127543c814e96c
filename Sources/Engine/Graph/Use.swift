/// One bottom of a layer, as an entry in the list of its value's readers.
///
/// Lists and not arrays, so that taking a reader out of a value that 10⁵ layers read, or handing all of them
/// to another value, costs the same as with one reader.
struct Use: Sendable {
  /// The layer that reads.
  let layer: LayerID
  /// The reader after this one, as an index into `NetGraph.uses`; negative at the end.
  var next: Int32 = -1
  /// The reader before this one; negative at the start.
  var previous: Int32 = -1
}

/// The readers of one value, in file order as long as no bypass has added some.
struct UseList: Sendable {
  /// How many bottoms read the value.
  var count = 0
  /// Index into `NetGraph.uses`; negative when there is none.
  var first: Int32 = -1
  /// Index into `NetGraph.uses`; negative when there is none.
  var last: Int32 = -1
}

/// The layers that read a value, once per bottom.
package struct Consumers: Sequence, IteratorProtocol {
  private let uses: [Use]
  private var index: Int32

  fileprivate init(_ uses: [Use], from first: Int32) {
    self.uses = uses
    index = first
  }

  /// The next reader.
  package mutating func next() -> LayerID? {
    guard index >= 0 else { return nil }
    let use = uses[Int(index)]
    index = use.next
    return use.layer
  }
}

extension NetGraph {
  /// The layers that read a value, once per bottom.
  package func consumers(of value: ValueID) -> Consumers {
    Consumers(uses, from: values[value.index].uses.first)
  }

  /// How many bottoms read a value.
  package func consumerCount(of value: ValueID) -> Int { values[value.index].uses.count }

  /// Adds a reader while the graph is being built.
  mutating func appendUse(of value: ValueID, by layer: LayerID) {
    let index = Int32(uses.count)
    let last = values[value.index].uses.last
    uses.append(Use(layer: layer, previous: last))
    if last >= 0 { uses[Int(last)].next = index } else { values[value.index].uses.first = index }
    values[value.index].uses.last = index
    values[value.index].uses.count += 1
  }

  /// Adds a reader while the graph is being rewritten.
  mutating func linkUse(of value: ValueID, by layer: LayerID) {
    let index = Int32(uses.count)
    let last = values[value.index].uses.last
    uses.append(Use(layer: layer, previous: last))
    if last >= 0 { updateUse(Int(last)) { $0.next = index } }
    update(value) { value in
      if last < 0 { value.uses.first = index }
      value.uses.last = index
      value.uses.count += 1
    }
  }

  /// Takes one bottom out of the list of `value`.
  mutating func unlinkUse(_ index: Int, of value: ValueID) {
    let use = uses[index]
    if use.previous >= 0 { updateUse(Int(use.previous)) { $0.next = use.next } }
    if use.next >= 0 { updateUse(Int(use.next)) { $0.previous = use.previous } }
    update(value) { value in
      if use.previous < 0 { value.uses.first = use.next }
      if use.next < 0 { value.uses.last = use.previous }
      value.uses.count -= 1
    }
  }

  /// Hands all readers of `value` to `target`.
  mutating func moveUses(of value: ValueID, to target: ValueID) {
    let moved = values[value.index].uses
    let present = values[target.index].uses
    guard moved.count > 0 else { return }
    update(value) { $0.uses = UseList() }
    if present.last >= 0 {
      updateUse(Int(present.last)) { $0.next = moved.first }
      updateUse(Int(moved.first)) { $0.previous = present.last }
    }
    update(target) { target in
      if present.first < 0 { target.uses.first = moved.first }
      target.uses.last = moved.last
      target.uses.count += moved.count
    }
  }
}
