import CaffeIO
import Diagnostics
import RuleModel

/// What became of the layers of a match.
struct RewriteOutcome {
  /// Layers that are gone and were not bypassed.
  var gone: [LayerID] = []
  /// Layers that became another one in their place.
  var replaced: [LayerID] = []
  /// Layers that are new.
  var added: [LayerID] = []
  /// Layers with a new name.
  var renamed: [(layer: LayerID, from: Name, to: Name)] = []
}

/// Makes the layers that a rule writes, and connects them.
struct LayerWriter {
  let net: WorkingNet
  let rule: PlannedRule
  let binding: Binding
  let environment: MatchEnvironment

  /// A layer before it has a place.
  struct Description {
    var name: Name
    var type: String
    var fields: [NewTextField]
    var blobs: [BlobContent]?
  }

  private var replacements = NewLayers()
  private var insertions: [Description] = []
  /// What captured layers read and made before anything changed.
  let bottoms: [[ValueID]]
  let tops: [[ValueID]]

  var rewrite: Rewrite { rule.rewrite }

  /// The values that are needed no more, as they stood before anything changed; and the others that the same layers
  /// read, which are what the net gives from now on.
  var prunedValues: (gone: [ValueID], kept: Set<ValueID>) {
    var gone: [ValueID] = []
    var kept: Set<ValueID> = []
    for pruned in rewrite.pruned {
      for (position, value) in bottoms[pruned.capture].enumerated() {
        let isMeant =
          pruned.isSingle
          ? position == pruned.positions.lowerBound : pruned.positions.contains(position)
        if isMeant { gone.append(value) } else { kept.insert(value) }
      }
    }
    return (gone, kept)
  }

  init(net: WorkingNet, rule: PlannedRule, binding: Binding, environment: MatchEnvironment) {
    self.net = net
    self.rule = rule
    self.binding = binding
    self.environment = environment
    let graph = net.graph
    // Of a list, the bottoms of its first layer and the tops of its last one.
    bottoms = rule.pattern.captures.indices.map {
      binding.layers(of: $0).first.map { graph[$0].bottoms } ?? []
    }
    tops = rule.pattern.captures.indices.map { binding.layers(of: $0).last.map { graph[$0].tops } ?? [] }
  }

  // MARK: - Description

  /// Names, parameters and blobs of all new layers.
  ///
  /// - Throws: a refusal for a name that is taken, and for expressions without a usable value.
  mutating func describe() throws(Refusal.Reason) {
    var taken: Set<Name> = []
    var new = NewLayers()
    for template in rewrite.layers { try describe(repeated: template, &new, &taken) }
    replacements = new
    for insertion in rewrite.insertions {
      let neighbour: Int
      switch insertion.place {
      case .before(let capture, _), .after(.top(let capture, _)), .after(.bottom(let capture, _)):
        neighbour = capture
      case .after: neighbour = rule.pattern.anchor
      }
      insertions.append(try describe(insertion.layer, besides: binding[neighbour], &taken))
    }
  }

  func describe(
    _ template: LayerTemplate, besides neighbour: LayerID, _ taken: inout Set<Name>
  ) throws(Refusal.Reason) -> Description {
    let type = template.type ?? template.model.map { net.graph[binding[$0]].type } ?? ""
    let writer = FieldWriter(schema: net.schema, environment: environment)
    var fields = net.stateRules(of: neighbour)
    if let model = template.model {
      fields += net.writtenFields(of: binding[model]).filter { !$0.isStateRule }
    }
    fields.merge(try writer.fields(template.fields))
    guard net.canWrite(type, fields) else { throw Refusal.Reason(OldSyntax(type: type)) }
    let name = try name(of: template, type: type, besides: neighbour, &taken)
    let storage =
      net.weights == nil ? .float : try net.storage(like: template.model.map { binding[$0] } ?? neighbour)
    let blobs = try blobs(of: template, storage, neighbour)
    return Description(name: name, type: type, fields: fields, blobs: net.weights == nil ? nil : blobs)
  }

  /// The name that the rule gives; else that of the layer whose place is taken, else one made of it.
  private func name(
    of template: LayerTemplate, type: String, besides neighbour: LayerID, _ taken: inout Set<Name>
  ) throws(Refusal.Reason) -> Name {
    let gone = (rewrite.replaced + rewrite.dropped + rewrite.removed).flatMap(binding.layers)
    func isFree(_ name: Name) -> Bool {
      !taken.contains(name) && net.graph.layer(named: name, besides: gone) == nil
        && !net.hasForeignBlobs(named: name)
    }
    if let name = try template.name?.filled(by: rule.rule, environment, { net.graph[binding[$0]].name }) {
      // Weights bind by name: two layers of one name would fight over them.
      guard !name.isEmpty, isFree(name) else { throw Refusal.Reason(LayerNameTaken(name: name)) }
      taken.insert(name)
      return name
    }
    let base = net.graph[neighbour].name
    var names: [Name] = []
    if let end = template.tops.firstTaken, let layer = boundEnd(of: end) {
      names.append(net.graph[layer].name)
    }
    let made = base + Name("_\(template.alias ?? type.lowercased())")
    names.append(made)
    var number = 0
    while !isFree(names[0]) {
      names.removeFirst()
      if names.isEmpty {
        number += 1
        names.append(made + Name("_\(number)"))
      }
    }
    taken.insert(names[0])
    return names[0]
  }

  // MARK: - Writing

  /// Puts the new layers in place, takes those that go out, and connects the rest as the rule says.
  mutating func write() throws(Refusal.Reason) -> RewriteOutcome {
    var outcome = RewriteOutcome()
    let dropped = rewrite.dropped.flatMap(binding.layers)
    // Before the bypass: the readers of a bypassed layer are connected to its new bottom.
    for connection in rewrite.connections where rewrite.removed.contains(connection.capture) {
      try connect(connection)
    }
    for disconnection in rewrite.disconnections { try disconnect(disconnection) }
    try replace(dropping: dropped, &outcome)
    try insert(&outcome)
    for connection in rewrite.connections where !rewrite.removed.contains(connection.capture) {
      try connect(connection)
    }
    return outcome
  }

  private func connect(_ connection: (capture: Int, bottoms: [BottomItem])) throws(Refusal.Reason) {
    let layer = binding[connection.capture]
    var values: [ValueID] = []
    for item in connection.bottoms {
      values += try self.values(item, [], key: "bottoms", of: net.graph.named(layer))
    }
    guard !values.isEmpty else { throw bottomCount(of: layer, found: 0, expected: 1) }
    try checkPlace(of: layer, reading: values)
    try net.graph.setBottoms(of: layer, to: values, keepsEarlierName: rewrite.keepsEarlierName)
  }

  /// The values of an item at this moment; the item stands under a key, for a layer that is there or for a new one.
  private func values(
    _ item: BottomItem, _ made: [[ValueID]], key: String, of layer: NamedLayer? = nil
  ) throws(Refusal.Reason) -> [ValueID] {
    if let condition = item.condition, try !environment.decision(condition, of: key, layer) { return [] }
    switch item.source {
    case .value(let reference): return [try value(reference, made)]
    case .path(let path): return try values(of: path)
    }
  }

  /// Takes values out of the bottoms of a layer, each once: what reads one twice still reads it.
  private func disconnect(
    _ disconnection: (capture: Int, without: [ValueReference])
  ) throws(Refusal.Reason) {
    let reader = binding[disconnection.capture]
    var left = net.graph[reader].bottoms
    for reference in disconnection.without {
      let gone = try value(reference, [])
      if let place = left.firstIndex(of: gone) { left.remove(at: place) }
    }
    guard !left.isEmpty else { throw bottomCount(of: reader, found: 0, expected: 1) }
    try net.graph.setBottoms(of: reader, to: left, keepsEarlierName: rewrite.keepsEarlierName)
  }

  private func replace(
    dropping dropped: [LayerID], _ outcome: inout RewriteOutcome
  ) throws(Refusal.Reason) {
    outcome.gone += dropped
    guard let first = rewrite.layers.first else { return try net.graph.drop(dropped, taken: []) }
    let gone = rewrite.replaced.flatMap(binding.layers)
    if rewrite.layers.count == 1, replacements.layers.count == 1, gone.count == 1, case .all = first.bottoms,
      case .all = first.tops
    {
      // One for one, with the same connections: it stays where it is, in the text and in the weights.
      try net.graph.drop(dropped, taken: [])
      become(replacements.layers[0].description, gone[0])
      outcome.replaced.append(gone[0])
      return
    }
    let taken = replacements.takenValues
    try net.graph.drop(gone + dropped, taken: taken)
    outcome.gone += gone
    let place = try place(of: gone, taken, reading: replacements.readValues)
    var last: LayerID?
    var made: [[ValueID]] = []
    for new in replacements.layers {
      let neighbour = last ?? place.neighbour
      let description = new.description
      let layer = net.graph.makeLayer(
        named: description.name, type: description.type, isBefore: last == nil && place.isBefore, neighbour)
      last = layer
      outcome.added.append(layer)
      fill(layer, description)
      try net.graph.setBottoms(of: layer, to: new.bottoms.map { $0.value(made) })
      var tops: [NetGraph.NewTop] = []
      for top in new.tops {
        switch top {
        case .taken(let value): tops.append(.taken(value))
        case .fresh(let name, let isGiven):
          if isGiven, name.isEmpty || net.graph.isBlobNameUsed(name) {
            throw Refusal.Reason(BlobNameTaken(blob: name))
          }
          tops.append(.fresh(name: name))
        }
      }
      try net.graph.setTops(of: layer, to: tops, keepsEarlierName: rewrite.keepsEarlierName)
      made.append(net.graph[layer].tops)
    }
  }

  private func insert(_ outcome: inout RewriteOutcome) throws(Refusal.Reason) {
    var made: [[ValueID]] = []
    for (insertion, description) in zip(rewrite.insertions, insertions) {
      switch insertion.place {
      case .after(let reference):
        let standing = try value(reference, made)
        let producer = net.graph[standing].producer
        let neighbour = if let producer { producer } else { try firstReader(of: standing) }
        let layer = net.graph.makeLayer(
          named: description.name, type: description.type, isBefore: producer == nil, neighbour)
        fill(layer, description)
        var bottoms = try readValues(insertion.layer, made)
        let source = try net.graph.interpose(
          layer, behind: standing, keepsEarlierName: rewrite.keepsEarlierName)
        for index in bottoms.indices where bottoms[index] == standing { bottoms[index] = source }
        try checkPlace(of: layer, reading: bottoms)
        try net.graph.setBottoms(of: layer, to: bottoms)
        outcome.added.append(layer)
        made.append([standing])
      case .before(let capture, let bottom):
        let reader = binding[capture]
        var read = net.graph[reader].bottoms
        guard bottom != nil || read.count == 1 else {
          throw bottomCount(of: reader, found: read.count, expected: 1)
        }
        let position = bottom ?? 0
        guard position < read.count else {
          throw bottomCount(of: reader, found: read.count, expected: position + 1)
        }
        let layer = net.graph.makeLayer(
          named: description.name, type: description.type, isBefore: true, reader)
        fill(layer, description)
        let bottoms = try readValues(insertion.layer, made)
        try checkPlace(of: layer, reading: bottoms)
        try net.graph.setBottoms(of: layer, to: bottoms)
        try net.graph.setTops(
          of: layer, to: [.fresh(name: description.name)], keepsEarlierName: rewrite.keepsEarlierName)
        read[position] = net.graph[layer].tops[0]
        try net.graph.setBottoms(of: reader, to: read, keepsEarlierName: rewrite.keepsEarlierName)
        outcome.added.append(layer)
        made.append(net.graph[layer].tops)
      }
    }
  }

  /// Gives a captured layer that stays another name.
  func rename(_ layer: LayerID, to name: Name, _ outcome: inout RewriteOutcome) throws(Refusal.Reason) {
    let old = net.graph[layer].name
    guard name != old else { return }
    if let count = net.graph.repeatedNames[old] {
      throw Refusal.Reason(RepeatedName(layer: net.graph.named(layer), count: count))
    }
    guard !name.isEmpty, net.graph.layer(named: name, besides: []) == nil, !net.hasForeignBlobs(named: name)
    else { throw Refusal.Reason(LayerNameTaken(name: name)) }
    net.graph.rename(layer, to: name)
    outcome.renamed.append((layer, old, name))
  }

  // MARK: - Parts

  private func bottomCount(of layer: LayerID, found: Int, expected: Int) -> Refusal.Reason {
    Refusal.Reason(BottomCount(layer: net.graph.named(layer), found: found, expected: expected))
  }

  /// What the rule connects is not there.
  var otherConnection: Refusal.Reason {
    Refusal.Reason(OtherConnection(layer: net.graph.named(binding[rule.pattern.anchor])))
  }

  private func become(_ description: Description, _ layer: LayerID) {
    fill(layer, description)
    net.graph.setType(of: layer, to: description.type)
    if net.graph[layer].name != description.name { net.graph.rename(layer, to: description.name) }
  }

  private func fill(_ layer: LayerID, _ description: Description) {
    net.graph.updateChange(of: layer) { change in
      change.blobs = description.blobs
      change.replacement = description.fields
      change.attributes = []
    }
  }

  /// A value as it stands now; `made` are those of the new layers before.
  func value(_ reference: ValueReference, _ made: [[ValueID]]) throws(Refusal.Reason) -> ValueID {
    func item(_ values: [ValueID], _ index: Int, _ layer: LayerID) throws(Refusal.Reason) -> ValueID {
      guard index < values.count else {
        throw Refusal.Reason(
          TopCount(layer: net.graph.named(layer), found: values.count, expected: index + 1))
      }
      return values[index]
    }
    switch reference {
    case .top(let capture, let index):
      let layer = binding[capture]
      return try item(net.graph[layer].isAlive ? net.graph[layer].tops : tops[capture], index, layer)
    case .bottom(let capture, let index):
      guard index < bottoms[capture].count else {
        throw bottomCount(of: binding[capture], found: bottoms[capture].count, expected: index + 1)
      }
      return bottoms[capture][index]
    case .value(let name):
      guard let value = binding.values[name] else {
        throw otherConnection
      }
      return value
    case .made(let layer, let index):
      return try item(made[layer], index, binding[rule.pattern.anchor])
    }
  }

  private func readValues(
    _ template: LayerTemplate, _ made: [[ValueID]]
  ) throws(Refusal.Reason) -> [ValueID] {
    switch template.bottoms {
    case .all(let capture): return bottoms[capture]
    case .listed(let items):
      var values: [ValueID] = []
      for item in items { values += try self.values(item, made, key: "bottom") }
      return values
    }
  }
}
