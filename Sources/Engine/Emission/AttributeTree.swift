import CaffeIO

/// Parameters by the steps of their paths, in the order they were set: a message that is new is written once, whatever
/// number of its fields is set.
struct AttributeTree {
  /// What stands at a step.
  enum Node {
    /// The values of a field; none for one that goes.
    case values([NewTextField.Value])
    case message(AttributeTree)
  }

  private(set) var members: [(name: String, node: Node)] = []

  init(_ attributes: [LayerChange.Attribute] = []) {
    for attribute in attributes { set(attribute.path[...], to: attribute.values) }
  }

  private mutating func set(_ path: ArraySlice<String>, to values: [NewTextField.Value]) {
    guard let name = path.first else { return }
    let index = members.firstIndex { $0.name == name }
    var node = Node.values(values)
    if path.count > 1 {
      var inner = AttributeTree()
      if let index, case .message(let known) = members[index].node { inner = known }
      inner.set(path.dropFirst(), to: values)
      node = .message(inner)
    }
    if let index { members[index].node = node } else { members.append((name, node)) }
  }

  /// The new fields of a message that lacks them so far.
  var newFields: [NewTextField] {
    members.flatMap { name, node -> [NewTextField] in
      switch node {
      case .values(let values): return values.map { NewTextField(name: name, value: $0) }
      case .message(let tree):
        let fields = tree.newFields
        return fields.isEmpty ? [] : [NewTextField(name: name, value: .message(fields))]
      }
    }
  }
}
