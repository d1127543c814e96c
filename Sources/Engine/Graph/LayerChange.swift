import CaffeIO

/// What rewrites have changed on one layer, apart from its connections. Nothing here is written yet.
package struct LayerChange: Sendable {
  /// A parameter that is now another, by its path in the layer's parameters.
  package struct Attribute: Sendable, Equatable {
    /// For example `["convolution_param", "bias_term"]`.
    package var path: [String]
    /// The values to write, several for a repeated field; none for a parameter that goes.
    package var values: [NewTextField.Value]

    /// Whether a parameter goes of which this one is a part, or this one itself.
    func clears(_ other: [String]) -> Bool { values.isEmpty && other.starts(with: path) }
  }

  /// One of several rewrites of one rule, each of the result of the one before.
  package struct Pass: Sendable {
    /// Its number, from 1.
    package var count: Int
    /// The rule's measure before this rewrite; nil for a rule without a measure.
    package var measure: Double?
  }

  /// The parameters that changed, in the order of change; a path occurs once.
  package var attributes: [Attribute] = []
  /// The blobs as they will be; nil as long as they are those of the file.
  package var blobs: [BlobContent]?
  /// The fields of a layer that a rule wrote, in the place of those that the file may give.
  package var replacement: [NewTextField]?
  /// The rules that rewrote this layer, or made it, without making the net smaller; none may rewrite a match again of which
  /// this is true for every layer.
  ///
  /// By rule, the number of its rewrites one after the other; only a rule with `passes` rewrites its own results.
  package var passes: [Int: Pass] = [:]
  /// How many rewrites led to a layer that the net did not have, each of layers that the one before had made.
  package var generation = 0

  /// Whether what the layer makes may have another shape than before.
  var changesShapes: Bool {
    replacement != nil || attributes.contains { $0.path.last != "bias_term" && $0.path.count > 1 }
  }

  /// Sets one parameter.
  package mutating func set(_ path: [String], to value: NewTextField.Value) { set(path, to: [value]) }

  /// Gives a parameter these values; without any it goes, wherever it is written.
  package mutating func set(_ path: [String], to values: [NewTextField.Value]) {
    if replacement != nil {
      replacement?.set(path[...], to: values)
      return
    }
    if values.isEmpty { attributes.removeAll { $0.path.starts(with: path) } }
    if let index = attributes.firstIndex(where: { $0.path == path }) {
      attributes[index].values = values
    } else {
      attributes.append(Attribute(path: path, values: values))
    }
  }
}

extension [NewTextField] {
  /// Gives the field at a path these values; without any it goes, and so do messages that it leaves empty behind the
  /// last one that holds something: an element in front of another keeps its position.
  mutating func set(_ path: ArraySlice<String>, to values: [NewTextField.Value]) {
    guard let name = path.first else { return }
    if path.count > 1 {
      if values.isEmpty { return clear(name, path.dropFirst()) }
      guard let index = lastIndex(where: { $0.name == name }), case .message(var inner) = self[index].value
      else {
        var inner: [NewTextField] = []
        inner.set(path.dropFirst(), to: values)
        return append(NewTextField(name: name, value: .message(inner)))
      }
      inner.set(path.dropFirst(), to: values)
      self[index].value = .message(inner)
      return
    }
    let place = firstIndex { $0.name == name } ?? count
    removeAll { $0.name == name }
    insert(contentsOf: values.map { NewTextField(name: name, value: $0) }, at: Swift.min(place, count))
  }

  private mutating func clear(_ name: String, _ path: ArraySlice<String>) {
    var isTrailing = true
    for index in indices.reversed() where self[index].name == name {
      guard case .message(var inner) = self[index].value, !inner.isEmpty else { continue }
      inner.set(path, to: [])
      if inner.isEmpty, isTrailing {
        remove(at: index)
      } else {
        isTrailing = false
        self[index].value = .message(inner)
      }
    }
  }
}
