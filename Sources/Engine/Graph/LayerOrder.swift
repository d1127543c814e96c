/// Where the layers stand that rewrites have made: each beside a layer of the file, which may be gone itself.
struct LayerOrder: Sendable {
  /// The new layers around one of the file, in order.
  struct Neighbours: Sendable {
    var before: [LayerID] = []
    var after: [LayerID] = []
  }

  /// A place among the layers of the file.
  struct Position: Comparable {
    /// The layer of the file that it is beside, or that it is.
    var neighbour: Int
    /// 0 for the layer itself; negative before it, positive behind it.
    var offset: Int

    static func < (a: Position, b: Position) -> Bool {
      (a.neighbour, a.offset) < (b.neighbour, b.offset)
    }
  }

  /// By layer of the file.
  private(set) var neighbours: [Int: Neighbours] = [:]
  /// The layer of the file that a new one stands beside.
  private(set) var sides: [LayerID: Int] = [:]

  /// The place of a layer.
  func position(of layer: LayerID) -> Position {
    guard let side = sides[layer], let around = neighbours[side] else {
      return Position(neighbour: layer.index, offset: 0)
    }
    if let index = around.before.firstIndex(of: layer) {
      return Position(neighbour: side, offset: index - around.before.count)
    }
    return Position(neighbour: side, offset: (around.after.firstIndex(of: layer) ?? 0) + 1)
  }

  /// Puts a new layer right behind another one, or right before it.
  mutating func place(_ layer: LayerID, isBefore: Bool, _ other: LayerID) {
    let side = sides[other] ?? other.index
    var around = neighbours[side] ?? Neighbours()
    if let index = around.before.firstIndex(of: other) {
      around.before.insert(layer, at: isBefore ? index : index + 1)
    } else if let index = around.after.firstIndex(of: other) {
      around.after.insert(layer, at: isBefore ? index : index + 1)
    } else if isBefore {
      around.before.append(layer)
    } else {
      around.after.insert(layer, at: 0)
    }
    neighbours[side] = around
    sides[layer] = side
  }
}

/// All layers of a net in the order of the file.
struct LayerSequence: Sequence, IteratorProtocol {
  private let order: LayerOrder
  private let layerCount: Int
  private var index = 0
  /// Those to come before the next layer of the file, the next one last.
  private var pending: [LayerID] = []

  init(_ order: LayerOrder, layerCount: Int) {
    self.order = order
    self.layerCount = layerCount
  }

  mutating func next() -> LayerID? {
    if let layer = pending.popLast() { return layer }
    guard index < layerCount else { return nil }
    let layer = LayerID(index: index)
    index += 1
    guard !order.neighbours.isEmpty, let around = order.neighbours[layer.index] else { return layer }
    pending = (around.before + [layer] + around.after).reversed()
    return pending.popLast()
  }
}
