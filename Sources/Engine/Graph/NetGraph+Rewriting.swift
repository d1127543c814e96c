import Diagnostics

/// The ways a graph changes. All go through here, and only `Rewriter` calls them.
extension NetGraph {
  /// An old state of one entry.
  enum JournalEntry: Sendable {
    case layer(Int, Layer)
    /// A layer that goes.
    case removal(LayerID)
    /// One bottom of a layer.
    case bottom(LayerID, position: Int, ValueID)
    case value(Int, Value)
    case blob(Int, Blob)
    case use(Int, Use)
    case change(LayerID, LayerChange?)
    case order(LayerOrder)
    case blobName(Name)
    /// How many there were of each kind before some were added.
    case counts(layers: Int, values: Int, blobs: Int, uses: Int)
  }

  /// Begins to remember old states.
  mutating func begin() {
    precondition(!isRecording, "transactions do not nest")
    isRecording = true
  }

  /// Makes the changes since `begin` final.
  mutating func commit() {
    isRecording = false
    journal.removeAll(keepingCapacity: true)
  }

  /// Takes back the changes since `begin`.
  mutating func rollBack() {
    for entry in journal.reversed() {
      switch entry {
      case .layer(let index, let old):
        if old.isLive, !layers[index].isLive { liveLayerCount += 1 }
        layers[index] = old
      case .removal(let id):
        layers[id.index].isAlive = true
        if layers[id.index].isLive { liveLayerCount += 1 }
      case .bottom(let id, let position, let old): layers[id.index].bottoms[position] = old
      case .value(let index, let old): values[index] = old
      case .blob(let index, let old): blobs[index] = old
      case .use(let index, let old): uses[index] = old
      case .change(let id, let old): changes[id] = old
      case .order(let old): order = old
      case .blobName(let name): usedBlobNames?.remove(name)
      case .counts(let layerCount, let valueCount, let blobCount, let useCount):
        liveLayerCount -= layers[layerCount...].count(where: \.isLive)
        layers.removeSubrange(layerCount...)
        values.removeSubrange(valueCount...)
        blobs.removeSubrange(blobCount...)
        uses.removeSubrange(useCount...)
      }
    }
    commit()
  }

  mutating func remember(_ entry: JournalEntry) {
    if isRecording { journal.append(entry) }
  }

  /// Takes a layer out of the net, its connections aside.
  mutating func remove(_ id: LayerID) {
    guard layers[id.index].isAlive else { return }
    remember(.removal(id))
    if layers[id.index].isLive { liveLayerCount -= 1 }
    layers[id.index].isAlive = false
  }

  /// Changes one layer.
  mutating func update(_ id: LayerID, _ change: (inout Layer) -> Void) {
    remember(.layer(id.index, layers[id.index]))
    let wasLive = layers[id.index].isLive
    change(&layers[id.index])
    if wasLive, !layers[id.index].isLive { liveLayerCount -= 1 }
  }

  /// Changes what a layer's parameters become.
  mutating func updateChange(of id: LayerID, _ change: (inout LayerChange) -> Void) {
    remember(.change(id, changes[id]))
    change(&changes[id, default: LayerChange()])
  }

  /// Gives a layer the changes that it had once.
  mutating func setChange(of id: LayerID, to change: LayerChange?) {
    remember(.change(id, changes[id]))
    changes[id] = change
  }

  mutating func update(_ id: ValueID, _ change: (inout Value) -> Void) {
    remember(.value(id.index, values[id.index]))
    change(&values[id.index])
  }

  mutating func updateUse(_ index: Int, _ change: (inout Use) -> Void) {
    remember(.use(index, uses[index]))
    change(&uses[index])
  }

  mutating func updateBlob(_ index: Int, _ change: (inout Blob) -> Void) {
    remember(.blob(index, blobs[index]))
    change(&blobs[index])
  }

  /// Takes a layer out that the phase excludes: nothing is connected to it.
  mutating func removeExcluded(_ id: LayerID) {
    remove(id)
  }

  /// Takes a layer out; who read a top of it reads its first bottom instead.
  ///
  ///     conv1 ─ bn1 ─▶ bn1 ─ relu          conv1's layer writes bn1 ─ relu
  ///
  /// Names: the later one survives, so that what stands behind reads what it read before. Where others
  /// still read the earlier name, or it is a net input, that one survives and the readers of the later one
  /// are pointed to it, unless the later one is a net output, whose name nobody may take away. With
  /// `keepsEarlierName` the earlier one survives wherever the later one is no net output.
  ///
  /// Of several tops each takes the bottom at its position; a single bottom serves all.
  ///
  /// - Throws: a refusal where no naming keeps all readers right.
  mutating func bypass(_ id: LayerID, keepsEarlierName: Bool = false) throws(Refusal.Reason) {
    let layer = layers[id.index]
    try checkOutputs(of: layer)
    guard !layer.bottoms.isEmpty,
      layer.tops.count <= 1 || layer.bottoms.count == 1 || layer.bottoms.count == layer.tops.count
    else { throw Refusal.Reason(NotBypassable(layer: named(id))) }
    let pairs = layer.tops.enumerated().map { position, top in
      (top: top, source: layer.bottoms[layer.bottoms.count == 1 ? 0 : position])
    }
    // Of several tops each is a reader more of what they all become.
    let readTops = layer.tops.count { consumerCount(of: $0) > 0 }
    for (top, source) in pairs {
      let isReadElsewhere = layer.bottoms.count == 1 && readTops > (consumerCount(of: top) > 0 ? 1 : 0)
      try join(
        top, into: source, leavingOut: id, keepsEarlierName: keepsEarlierName,
        isReadElsewhere: isReadElsewhere)
    }
    guard liveLayerCount > 1 else { throw Refusal.Reason(LastLayer(layer: named(id))) }
    for (position, bottom) in layer.bottoms.enumerated() {
      unlinkUse(layer.firstUse + position, of: bottom)
    }
    for (top, source) in pairs {
      var index = values[top.index].uses.first
      while index >= 0 {
        let use = uses[Int(index)]
        let position = Int(index) - layers[use.layer.index].firstUse
        remember(.bottom(use.layer, position: position, layers[use.layer.index].bottoms[position]))
        layers[use.layer.index].bottoms[position] = source
        index = use.next
      }
      moveUses(of: top, to: source)
      forgetSoleReaders(of: source)
      let overwriter = values[top.index].overwriter
      for made in overwriter.map({ layers[$0.index].tops }) ?? []
      where values[made.index].previous == top {
        // Still in place only while both are stored under one name.
        let isInPlace = root(of: values[made.index].blob) == root(of: values[source.index].blob)
        update(made) { $0.previous = isInPlace ? source : nil }
        if isInPlace { update(source) { $0.overwriter = overwriter } }
      }
      update(top) { $0.isAlive = false }
    }
    for bottom in layer.bottoms where values[bottom.index].overwriter == id {
      update(bottom) { $0.overwriter = nil }
    }
    remove(id)
  }

  /// Several tops become one value: it can stand for one net output, and only if nobody reads another of them.
  private func checkOutputs(of layer: Layer) throws(Refusal.Reason) {
    guard layer.tops.count > 1, let output = layer.tops.first(where: isNetOutput) else { return }
    let name = blobName(of: output)
    for top in layer.tops where top != output {
      guard let reader = consumers(of: top).first(where: { _ in true }) else {
        throw Refusal.Reason(OutputName(blob: name, source: blobName(of: top)))
      }
      throw Refusal.Reason(OutputRead(blob: name, source: blobName(of: top), reader: named(reader)))
    }
  }

  /// Decides which name survives when `top` and `source` become one value, and joins their blobs if need be.
  private mutating func join(
    _ top: ValueID, into source: ValueID, leavingOut layer: LayerID, keepsEarlierName: Bool,
    isReadElsewhere: Bool
  ) throws(Refusal.Reason) {
    let earlier = root(of: values[source.index].blob)
    let later = root(of: values[top.index].blob)
    let isOutput = isNetOutput(top)
    if isOutput, let reader = consumers(of: source).first(where: { $0 != layer }) {
      // Caffe returns what nobody reads; joined with a value that is read, the output would be none.
      throw Refusal.Reason(
        OutputRead(blob: blobs[later].name, source: blobs[earlier].name, reader: named(reader)))
    }
    if earlier == later { return }
    if let overwriter = values[source.index].overwriter, overwriter != layer {
      // The copy that `layer` made protected its readers from this.
      throw Refusal.Reason(
        OverwrittenInPlace(blob: blobs[earlier].name, overwriter: named(overwriter)))
    }
    let hasOtherReaders = isReadElsewhere || hasReaders(upTo: source, besides: layer)
    if !isOutput && (hasOtherReaders || blobs[earlier].isInput || keepsEarlierName) { return }
    if isOutput, blobs[earlier].isInput || versions(of: source).contains(where: isNetOutput) {
      throw Refusal.Reason(OutputName(blob: blobs[later].name, source: blobs[earlier].name))
    }
    let name = blobs[later].name
    let (root, child) = blobs[earlier].size >= blobs[later].size ? (earlier, later) : (later, earlier)
    let size = blobs[earlier].size + blobs[later].size
    let isInput = blobs[earlier].isInput || blobs[later].isInput
    let previous = values[source.index].previous
    updateBlob(child) { $0.parent = root }
    updateBlob(root) {
      $0.size = size
      $0.name = name
      $0.isInput = isInput
      if !hasOtherReaders { $0.soleReadersUpTo = previous }
    }
  }

  /// Whether a version stored in the blob of `value`, up to it, is read by a layer other than `layer` and the
  /// one that overwrites it.
  private func hasReaders(upTo value: ValueID, besides layer: LayerID) -> Bool {
    // Joined blobs can have very many versions; those that were found without other readers are not looked at
    // again.
    let known = blobs[root(of: values[value.index].blob)].soleReadersUpTo
    for version in versions(of: value) {
      if version == known { return false }
      let readers = values[version.index]
      var others = readers.uses.count - readCount(of: version, by: layer)
      if let overwriter = readers.overwriter, overwriter != layer {
        others -= readCount(of: version, by: overwriter)
      }
      if others > 0 { return true }
    }
    return false
  }

  /// To be called when `value` gets readers.
  mutating func forgetSoleReaders(of value: ValueID) {
    let root = root(of: values[value.index].blob)
    guard blobs[root].soleReadersUpTo == value else { return }
    let previous = values[value.index].previous
    updateBlob(root) { $0.soleReadersUpTo = previous }
  }

  /// How many bottoms of `layer` are `value`.
  func readCount(of value: ValueID, by layer: LayerID) -> Int {
    layers[layer.index].bottoms.count { $0 == value }
  }

  /// All versions stored in the blob of `value`, up to and including it.
  func versions(of value: ValueID) -> some Sequence<ValueID> {
    sequence(first: value) { values[$0.index].previous }
  }
}
