/// Where in the file new layers go.
extension LayerWriter {
  func firstReader(of value: ValueID) throws(Refusal.Reason) -> LayerID {
    let order = net.graph.order
    let readers = net.graph.consumers(of: value).map { $0 }
    guard let first = readers.min(by: { order.position(of: $0) < order.position(of: $1) }) else {
      throw otherConnection
    }
    return first
  }

  /// Where in the file new layers go: behind what they read, before what reads them, and there as near as can be to
  /// the last of those they replace.
  func place(
    of gone: [LayerID], _ taken: Set<ValueID>, reading values: Set<ValueID>
  ) throws(Refusal.Reason) -> (neighbour: LayerID, isBefore: Bool) {
    let graph = net.graph
    var read = values
    read.subtract(taken)
    func later(_ a: LayerID, _ b: LayerID) -> Bool {
      graph.order.position(of: a) < graph.order.position(of: b)
    }
    let makers = read.compactMap { graph[$0].producer }.max(by: later)
    let overwriters = read.compactMap { graph[$0].overwriter }.filter { graph[$0].isAlive }
    let readers = (taken.flatMap { graph.consumers(of: $0) } + overwriters).min(by: later)
    if let makers, let readers, !later(makers, readers) {
      throw Refusal.Reason(ReadsTooEarly(reader: graph.named(readers), maker: graph.named(makers)))
    }
    let places = gone.sorted { later($1, $0) }.filter { layer in
      (makers.map { later($0, layer) } ?? true) && (readers.map { later(layer, $0) } ?? true)
    }
    if let place = places.first { return (place, false) }
    if let makers { return (makers, false) }
    if let readers { return (readers, true) }
    return (gone[gone.count - 1], false)
  }

  /// A layer at its place can read only what is made before it, and not overwritten yet.
  func checkPlace(of layer: LayerID, reading values: [ValueID]) throws(Refusal.Reason) {
    let graph = net.graph
    let place = graph.order.position(of: layer)
    for value in values {
      if let producer = graph[value].producer, producer != layer, graph.order.position(of: producer) > place {
        throw Refusal.Reason(ReadsTooEarly(reader: graph.named(layer), maker: graph.named(producer)))
      }
      if let overwriter = graph[value].overwriter, overwriter != layer, graph[overwriter].isAlive,
        graph.order.position(of: overwriter) < place
      {
        throw Refusal.Reason(
          OverwrittenInPlace(blob: graph.blobName(of: value), overwriter: graph.named(overwriter)))
      }
    }
  }
}
