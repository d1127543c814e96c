import CaffeIO

/// Reads the emitted names back as Caffe would and compares with what the plan meant.
///
/// The graph connects layers by values, the file by names. Should a rewrite ever leave two values under one
/// name, a layer would read the wrong one; this finds it before anything is written.
enum ConnectionCheck {
  static func check(_ graph: NetGraph) throws(PlanError) {
    var names = NameNumbers(minimumCapacity: graph.layers.count)
    var current: [ValueID?] = []
    func number(_ name: String) -> Int {
      let number = names.number(of: name)
      if number == current.count { current.append(nil) }
      return number
    }
    for index in graph.values.indices where graph.values[index].producer == nil && graph.values[index].isAlive
    {
      let id = ValueID(index: index)
      current[number(graph.blobName(of: id))] = id
    }
    for id in graph.liveLayers {
      for bottom in graph.layers[id.index].bottoms {
        let name = graph.blobName(of: bottom)
        guard current[number(name)] == bottom else {
          throw .wrongConnection(layer: graph[id].name, blob: name)
        }
      }
      for top in graph.layers[id.index].tops { current[number(graph.blobName(of: top))] = top }
    }
  }
}
