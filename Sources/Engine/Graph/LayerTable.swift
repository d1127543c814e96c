/// Something that some layers of a net have, found by the layer's position: no hashing, and a layer without
/// costs four bytes.
package struct LayerTable<Element: Sendable>: Sendable {
  private let layerCount: Int
  /// Position in `entries` plus one; 0 for none. Empty until there is an entry.
  private var slots: [UInt32] = []
  private var owners: [LayerID] = []
  private var elements: [Element?] = []

  /// An empty table for a net of so many layers.
  init(layerCount: Int) { self.layerCount = layerCount }

  /// The element of a layer.
  package subscript(id: LayerID) -> Element? {
    get {
      guard id.index < slots.count, slots[id.index] > 0 else { return nil }
      return elements[Int(slots[id.index]) - 1]
    }
    set {
      if newValue == nil, id.index >= slots.count || slots[id.index] == 0 { return }
      elements[slot(of: id)] = newValue
    }
  }

  /// The element of a layer, made when there is none.
  subscript(id: LayerID, default fallback: @autoclosure () -> Element) -> Element {
    get { self[id] ?? fallback() }
    _modify {
      let slot = slot(of: id)
      if elements[slot] == nil { elements[slot] = fallback() }
      yield &elements[slot]!
    }
  }

  /// All layers that have one, in the order they got it.
  package var entries: some Sequence<(layer: LayerID, element: Element)> {
    zip(owners, elements).lazy.compactMap { layer, element in element.map { (layer, $0) } }
  }

  /// Whether no layer ever had one.
  var isEmpty: Bool { owners.isEmpty }

  /// Runs `body` over `entries`.
  func forEach(_ body: (LayerID, Element) -> Void) {
    for index in elements.indices {
      if let element = elements[index] { body(owners[index], element) }
    }
  }

  private mutating func slot(of id: LayerID) -> Int {
    // Layers that rewrites make come behind those that the table was made for.
    if slots.count <= id.index {
      slots += Array(repeating: 0, count: max(layerCount, id.index + 1) - slots.count)
    }
    if slots[id.index] == 0 {
      owners.append(id)
      elements.append(nil)
      slots[id.index] = UInt32(elements.count)
    }
    return Int(slots[id.index]) - 1
  }
}
