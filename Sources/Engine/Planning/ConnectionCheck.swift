/// Reads the emitted names back as Caffe would and compares with what the plan meant.
///
/// The graph connects layers by values, the file by names. Should a rewrite ever leave two values under one
/// name, a layer would read the wrong one; this finds it before anything is written.
enum ConnectionCheck {
  static func check(_ graph: NetGraph) throws(PlanError) {
    var current: [String: ValueID] = [:]
    for index in graph.values.indices where graph.values[index].producer == nil && graph.values[index].isAlive
    {
      let id = ValueID(index: index)
      current[graph.blobName(of: id)] = id
    }
    for id in graph.liveLayers {
      let layer = graph[id]
      for bottom in layer.bottoms {
        let name = graph.blobName(of: bottom)
        guard current[name] == bottom else { throw .wrongConnection(layer: layer.name, blob: name) }
      }
      for top in layer.tops { current[graph.blobName(of: top)] = top }
    }
  }
}
