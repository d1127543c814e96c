import RuleModel

extension WorkingNet {
  /// Whether a Scale has no blobs because the BatchNorm before it holds them.
  ///
  /// Intel's Caffe moves γ and β into the BatchNorm when it saves weights, and does without the Scale when it loads them; the
  /// definition keeps the layer.
  package func isAbsorbed(_ layer: LayerID) -> Bool {
    guard weights != nil, described(layer).facts?.blobs == .scale, graph.changes[layer]?.blobs == nil,
      storedIndex(of: layer) == nil, graph[layer].bottoms.count == 1,
      let producer = graph[graph[layer].bottoms[0]].producer, described(producer).facts?.blobs == .statistics,
      let blobs = try? blobs(of: producer), let layout = try? layout(of: producer, blobs: blobs)
    else { return false }
    return layout.roles.contains(.gamma)
  }
}
