import CaffeIO

/// Parameter blobs that several layers share under a name.
extension NetGraph {
  /// The layers that share the parameter `name` with `layers` and are none of them; nil where there are none.
  ///
  /// However many share it, only a few are looked at.
  func sharers(of name: String, besides layers: Set<LayerID>) -> Readers? {
    guard let sharers = parameterSharers[name] else { return nil }
    let own = layers.count { self[$0].isAlive && sharedNames(of: $0).contains(name) }
    let count = sharers.count - goneSharers[name, default: 0] - own
    guard count > 0 else { return nil }
    let others = sharers.lazy.filter { self[$0].isAlive && !layers.contains($0) }
    return Readers(others, count: count, in: self)
  }

  /// The names under which a layer shares parameters with others.
  private func sharedNames(of layer: LayerID) -> Set<String> {
    Set((definition(of: layer)?.sharedParameterNames ?? []).compactMap(\.self))
  }

  /// Counts that a layer has gone, or has come back.
  mutating func countGoneSharer(_ layer: LayerID, _ change: Int) {
    guard !parameterSharers.isEmpty, layers[layer.index].isIncluded else { return }
    for name in sharedNames(of: layer) where parameterSharers[name] != nil {
      goneSharers[name, default: 0] += change
    }
  }
}
