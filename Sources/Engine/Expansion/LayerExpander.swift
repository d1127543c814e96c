import CaffeIO
import Diagnostics
import RuleModel

/// Replaces a layer by the Caffe layers of its definition.
///
/// The definition is evaluated before anything changes. New layers that other layers define are replaced in turn.
struct LayerExpander {
  private let layer: LayerID
  private let net: WorkingNet
  private let expansion: LayerExpansion
  /// The types of the layers that led to this one.
  private let origins: Set<String>

  init(_ layer: LayerID, in net: WorkingNet, origins: Set<String> = []) throws(Refusal.Reason) {
    self.layer = layer
    self.net = net
    self.origins = origins.union([net.graph[layer].type])
    expansion = try net.expansion(of: layer)
    for part in expansion.parts where !net.canWrite(part.type, part.fields) {
      throw Refusal.Reason(OldSyntax(type: part.type))
    }
  }

  /// Removes the layer and inserts the others.
  ///
  /// - Throws: a refusal where a value cannot keep its name, or where another layer reads a value that would be gone.
  func write(_ outcome: inout RewriteOutcome, keepsEarlierName: Bool) throws(Refusal.Reason) {
    let states = net.stateRules(of: layer)
    if expansion.isOneForOne {
      fill(layer, expansion.parts[0], states)
      net.graph.setType(of: layer, to: expansion.parts[0].type)
      outcome.replaced.append(layer)
      return try expandFurther(layer, &outcome, keepsEarlierName)
    }
    if expansion.parts.isEmpty, expansion.tops == [.bottom(0)] {
      try net.graph.bypass(layer, keepsEarlierName: keepsEarlierName)
      outcome.gone.append(layer)
      return
    }
    // Each level of definitions multiplies the layers.
    guard outcome.added.count + expansion.parts.count <= LayerExpansion.limit else {
      throw Refusal.Reason(
        FaultyExpansion(
          layer: net.graph.named(layer), fault: .tooMany(limit: LayerExpansion.limit), place: nil))
    }
    // A later layer that reads a bottom must read it unchanged.
    if expansion.parts.dropFirst().contains(where: { $0.bottoms.contains { !isMade($0) } }) {
      try net.graph.separateTops(of: layer)
    }
    let old = net.graph[layer]
    // A top that is one of the bottoms has no layer that makes it; `drop` refuses where another layer reads that top.
    let made = Set(zip(old.tops, expansion.tops).compactMap { isMade($1) ? $0 : nil })
    try net.graph.drop([layer], taken: made)
    outcome.gone.append(layer)
    var taken: [Name: Int] = [:]
    var added: [LayerID] = []
    for (number, part) in expansion.parts.enumerated() {
      let name = name(of: part, number, old.name, &taken)
      let id = net.graph.makeLayer(
        named: name, type: part.type, isBefore: false, added.last ?? layer)
      fill(id, part, states)
      var bottoms: [ValueID] = []
      for source in part.bottoms {
        switch source {
        case .bottom(let place): bottoms.append(old.bottoms[place])
        case .top(let part, let index): bottoms.append(net.graph[added[part]].tops[index])
        }
      }
      try net.graph.setBottoms(of: id, to: bottoms)
      let tops = (0..<part.topCount).map { index -> NetGraph.NewTop in
        let source = LayerExpansion.Source.top(part: number, index: index)
        if let place = expansion.tops.firstIndex(of: source) { return .taken(old.tops[place]) }
        return .fresh(name: part.topCount == 1 ? name : name + Name("_\(index)"))
      }
      try net.graph.setTops(of: id, to: tops, keepsEarlierName: keepsEarlierName)
      added.append(id)
    }
    outcome.added += added
    for id in added { try expandFurther(id, &outcome, keepsEarlierName) }
  }

  private func isMade(_ source: LayerExpansion.Source) -> Bool {
    if case .top = source { true } else { false }
  }

  private func expandFurther(
    _ id: LayerID, _ outcome: inout RewriteOutcome, _ keepsEarlierName: Bool
  ) throws(Refusal.Reason) {
    let type = net.graph[id].type
    guard !origins.contains(type), net.isDefinedInLayers(id),
      let next = try? LayerExpander(id, in: net, origins: origins)
    else { return }
    outcome.added.removeAll { $0 == id }
    try next.write(&outcome, keepsEarlierName: keepsEarlierName)
  }

  private func fill(_ id: LayerID, _ part: LayerExpansion.Part, _ states: [NewTextField]) {
    net.graph.updateChange(of: id) { change in
      change.blobs = part.blobs
      change.replacement = states + part.fields
      change.attributes = []
    }
  }

  /// The layer's own name for the part that makes its first top, else a name made from it.
  ///
  /// - Parameter taken: the names so far, each with the last number that was appended to it.
  private func name(
    of part: LayerExpansion.Part, _ number: Int, _ base: Name, _ taken: inout [Name: Int]
  ) -> Name {
    func isFree(_ name: Name) -> Bool {
      taken[name] == nil && net.graph.layer(named: name, besides: [layer]) == nil
        && !net.hasForeignBlobs(named: name)
    }
    var name = base + Name("_\(part.alias)")
    if case .top(number, _)? = expansion.tops.first { name = base }
    let plain = name
    while !isFree(name) {
      let count = (taken[plain] ?? 0) + 1
      taken[plain] = count
      name = plain + Name("_\(count)")
    }
    taken[name] = 0
    return name
  }
}

extension WorkingNet {
  /// Replaces a layer by the Caffe layers of its definition, if the executor does not run its type and there is such a
  /// definition.
  ///
  /// - Returns: the layers that it made, in order; none where the executor runs the layer, where no definition describes it in Caffe
  ///   layers, or where the layer only passed its bottom on and is removed.
  /// - Throws: a refusal where the definition fails; nothing has changed then.
  package func expandDefined(_ layer: LayerID) throws(Refusal.Reason) -> [LayerID] {
    guard isDefinedInLayers(layer), !canRun(layer) else { return [] }
    var outcome = RewriteOutcome()
    try transaction { () throws(Refusal.Reason) in
      try LayerExpander(layer, in: self).write(&outcome, keepsEarlierName: false)
      for layer in outcome.replaced + outcome.added { try ParameterBookkeeping.update(layer, in: self) }
    }
    return outcome.replaced + outcome.added
  }

  /// Why the definition of a layer in Caffe layers has no value for this layer; nil where it has one.
  package func whyNotExpanded(_ layer: LayerID) -> String? {
    do throws(Refusal.Reason) {
      _ = try LayerExpander(layer, in: self)
      return nil
    } catch {
      return error.sentence()
    }
  }
}
