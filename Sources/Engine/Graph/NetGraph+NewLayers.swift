import Diagnostics

/// Layers that rewrites make, and what becomes of names when they come between others.
extension NetGraph {
  /// What a new layer writes.
  enum NewTop: Sendable {
    /// A value of its own; the name is one to begin with, made unique where it is taken.
    case fresh(name: Name)
    /// The value that a layer which is gone wrote: its readers, and its name, are the new layer's now.
    case taken(ValueID)
  }

  /// Adds a layer without connections beside another one.
  mutating func makeLayer(named name: Name, type: String, isBefore: Bool, _ neighbour: LayerID) -> LayerID {
    noteCounts()
    let id = LayerID(index: layers.count)
    layers.append(
      Layer(
        name: name, type: type, typeID: types.number(of: type), bottoms: [], tops: [], isIncluded: true,
        firstUse: uses.count))
    liveLayerCount += 1
    remember(.order(order))
    order.place(id, isBefore: isBefore, neighbour)
    layersByName?[name, default: []].append(id)
    return id
  }

  /// Makes a layer one of another type.
  mutating func setType(of id: LayerID, to type: String) {
    let number = types.number(of: type)
    update(id) {
      $0.type = type
      $0.typeID = number
    }
  }

  /// Lets a layer read other values than so far.
  ///
  /// - Throws: a refusal where a layer in place would have to write under another name and cannot.
  mutating func setBottoms(
    of id: LayerID, to bottoms: [ValueID], keepsEarlierName: Bool = false
  ) throws(Refusal.Reason) {
    let layer = layers[id.index]
    for (position, bottom) in layer.bottoms.enumerated() {
      unlinkUse(layer.firstUse + position, of: bottom)
      if values[bottom.index].overwriter == id { update(bottom) { $0.overwriter = nil } }
    }
    noteCounts()
    let firstUse = uses.count
    for bottom in bottoms {
      linkUse(of: bottom, by: id)
      forgetSoleReaders(of: bottom)
    }
    update(id) {
      $0.bottoms = bottoms
      $0.firstUse = firstUse
    }
    for (position, top) in layer.tops.enumerated() {
      guard let previous = values[top.index].previous else { continue }
      if position < bottoms.count, bottoms[position] == previous {
        update(previous) { $0.overwriter = id }
      } else {
        try separate(previous, from: top, keepsEarlierName: keepsEarlierName)
      }
    }
  }

  /// Gives a new layer its tops, in order; its bottoms must be set.
  ///
  /// - Throws: a refusal where a value cannot go on under its name.
  mutating func setTops(
    of id: LayerID, to tops: [NewTop], keepsEarlierName: Bool
  ) throws(Refusal.Reason) {
    var made: [ValueID] = []
    for (position, top) in tops.enumerated() {
      switch top {
      case .fresh(let name):
        noteCounts()
        let isInput = layers[id.index].bottoms.isEmpty
        made.append(makeValue(blob: makeBlob(named: freshBlobName(name), isInput: isInput), producer: id))
      case .taken(let value):
        update(value) { $0.producer = id }
        if let previous = values[value.index].previous {
          let bottoms = layers[id.index].bottoms
          if position < bottoms.count, bottoms[position] == previous {
            update(previous) { $0.overwriter = id }
          } else {
            try separate(previous, from: value, keepsEarlierName: keepsEarlierName)
          }
        }
        made.append(value)
      }
    }
    update(id) { $0.tops = made }
  }

  /// Takes layers out together with the values that only they read.
  ///
  /// - Parameter taken: values that other layers will write.
  /// - Throws: a refusal where somebody else reads a value that would be gone.
  mutating func drop(_ gone: [LayerID], taken: Set<ValueID>) throws(Refusal.Reason) {
    for id in gone {
      for (position, bottom) in layers[id.index].bottoms.enumerated() {
        unlinkUse(layers[id.index].firstUse + position, of: bottom)
        if values[bottom.index].overwriter == id { update(bottom) { $0.overwriter = nil } }
      }
    }
    for id in gone {
      for top in layers[id.index].tops where !taken.contains(top) {
        if consumerCount(of: top) > 0 {
          let readers = Readers(consumers(of: top), count: consumerCount(of: top), in: self)
          throw Refusal.Reason(OtherConsumer(blob: blobName(of: top), readers: readers))
        }
        update(top) { $0.isAlive = false }
      }
      remove(id)
    }
  }

  /// Puts a new layer behind a value: who read it reads what the new layer makes of it.
  ///
  /// The readers keep their value, so that nothing is different for them; the old producer gets a new one.
  /// - Returns: the value that the new layer is to read.
  mutating func interpose(_ id: LayerID, behind value: ValueID, keepsEarlierName: Bool) throws(Refusal.Reason)
    -> ValueID
  {
    noteCounts()
    let old = values[value.index]
    let source = makeValue(blob: old.blob, producer: old.producer)
    update(source) { $0.previous = old.previous }
    if let producer = old.producer {
      update(producer) { layer in
        for position in layer.tops.indices where layer.tops[position] == value {
          layer.tops[position] = source
        }
      }
    }
    update(value) {
      $0.previous = source
      $0.producer = id
    }
    update(id) { $0.tops = [value] }
    try separate(source, from: value, keepsEarlierName: keepsEarlierName)
    return source
  }

  /// Ends that `later` is stored under the name of `earlier`: one of them, with all versions on its side, gets a new one.
  ///
  /// By default the later name stays, for those who read it; a net input keeps its name in any case.
  private mutating func separate(
    _ earlier: ValueID, from later: ValueID, keepsEarlierName: Bool
  ) throws(Refusal.Reason) {
    let root = root(of: values[later.index].blob)
    update(later) { $0.previous = nil }
    if values[earlier.index].overwriter == values[later.index].producer {
      update(earlier) { $0.overwriter = nil }
    }
    let before = versions(of: earlier).filter { values[$0.index].isAlive }
    guard !before.isEmpty else { return }
    var after = [later]
    while let last = after.last, let overwriter = values[last.index].overwriter,
      let next = layers[overwriter.index].tops.first(where: { values[$0.index].previous == last })
    {
      after.append(next)
    }
    let isInput = blobs[root].isInput
    let hasOutput = after.contains(where: isNetOutput)
    if isInput, hasOutput {
      throw Refusal.Reason(OutputName(blob: blobs[root].name, source: blobs[root].name))
    }
    let movesEarlier = !isInput && (hasOutput || !keepsEarlierName)
    let maker = movesEarlier ? nil : values[later.index].producer
    let name = maker.map { layers[$0.index].name } ?? blobs[root].name
    noteCounts()
    let blob = makeBlob(named: freshBlobName(name), isInput: false)
    for value in movesEarlier ? before : after { update(value) { $0.blob = blob } }
    updateBlob(root) { $0.soleReadersUpTo = nil }
  }

  /// Lets a layer write blobs of its own where it writes over what it reads.
  ///
  /// - Throws: a refusal where a net input and an output would have to have one name.
  mutating func separateTops(of id: LayerID) throws(Refusal.Reason) {
    for top in layers[id.index].tops {
      guard let previous = values[top.index].previous else { continue }
      try separate(previous, from: top, keepsEarlierName: true)
    }
  }

  private mutating func noteCounts() {
    remember(
      .counts(layers: layers.count, values: values.count, blobs: blobs.count, uses: uses.count))
  }

  // MARK: - Names

  /// A blob name that nothing in the file has or had: `name`, or with a number behind it.
  private mutating func freshBlobName(_ name: Name) -> Name {
    let unique = unusedBlobName(name)
    usedBlobNames?.insert(unique)
    remember(.blobName(unique))
    return unique
  }

  private mutating func unusedBlobName(_ name: Name) -> Name {
    if usedBlobNames == nil {
      var names = Set(definition.inputs)
      for layer in definition.layers {
        names.formUnion(layer.bottoms)
        names.formUnion(layer.tops)
      }
      usedBlobNames = names
    }
    guard let used = usedBlobNames, used.contains(name) else { return name }
    var number = 1
    while used.contains(name + Name("_\(number)")) { number += 1 }
    return name + Name("_\(number)")
  }

  /// Whether a blob has, or once had, this name.
  mutating func isBlobNameUsed(_ name: Name) -> Bool { unusedBlobName(name) != name }

  /// Whether an earlier or a later version of the blob of a value is a net output, so that the output has the blob's
  /// name.
  func hasOutputName(_ value: ValueID) -> Bool {
    if versions(of: value).contains(where: isNetOutput) { return true }
    var last = value
    while let overwriter = values[last.index].overwriter,
      let next = layers[overwriter.index].tops.first(where: { values[$0.index].previous == last })
    {
      if isNetOutput(next) { return true }
      last = next
    }
    return false
  }

  /// Gives the blob of a value another name; every version of it goes by the new one.
  ///
  /// - Throws: a refusal for a name that another blob has or had.
  mutating func rename(_ value: ValueID, to name: Name) throws(Refusal.Reason) {
    guard name != blobName(of: value) else { return }
    guard !name.isEmpty, !isBlobNameUsed(name) else { throw Refusal.Reason(BlobNameTaken(blob: name)) }
    let unique = freshBlobName(name)
    updateBlob(root(of: values[value.index].blob)) { $0.name = unique }
  }

  /// The layer of the phase that has a name now, apart from `gone`.
  mutating func layer(named name: Name, besides gone: [LayerID]) -> LayerID? {
    if layersByName == nil {
      var byName: [Name: [LayerID]] = [:]
      for index in layers.indices { byName[layers[index].name, default: []].append(LayerID(index: index)) }
      layersByName = byName
    }
    return layersByName?[name]?.first { id in
      id.index < layers.count && layers[id.index].isAlive && layers[id.index].isIncluded
        && layers[id.index].name == name && !gone.contains(id)
    }
  }

  /// Gives a layer another name.
  mutating func rename(_ id: LayerID, to name: Name) {
    update(id) { $0.name = name }
    layersByName?[name, default: []].append(id)
  }
}
