import CaffeIO

extension WorkingNet {
  /// The fields of a layer as they stand, without its name, type, connections and blobs.
  func writtenFields(of layer: LayerID) -> [NewTextField] {
    if let fields = graph.changes[layer]?.replacement { return fields }
    let own = ["name", "type", "bottom", "top", "blobs"]
    var fields = (graph.definition(of: layer)?.field.message?.fields.map(NewTextField.init(copying:)) ?? [])
      .filter { !own.contains($0.name) }
    for attribute in graph.changes[layer]?.attributes ?? [] {
      fields.set(attribute.path[...], to: attribute.values)
    }
    return fields
  }

  /// The `include` and `exclude` rules of a layer: what takes its place is there when it was.
  func stateRules(of layer: LayerID) -> [NewTextField] {
    graph.definition(of: layer)?.hasStateRules == false ? [] : writtenFields(of: layer).filter(\.isStateRule)
  }
}

extension NewTextField {
  var isStateRule: Bool { name == "include" || name == "exclude" }
}

extension [NewTextField] {
  /// Adds fields to those of a model: a single message is merged, anything else takes the place of what is there.
  mutating func merge(_ new: [NewTextField]) {
    var names: [String] = []
    for field in new where !names.contains(field.name) { names.append(field.name) }
    for name in names {
      let group = new.filter { $0.name == name }
      let known = filter { $0.name == name }
      if group.count == 1, known.count == 1, case .message(let inner) = group[0].value,
        case .message(var outer) = known[0].value
      {
        outer.merge(inner)
        set([name], to: [.message(outer)])
      } else {
        set([name], to: group.map(\.value))
      }
    }
  }
}
