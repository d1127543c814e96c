import Diagnostics

/// Reads the emitted names back as Caffe would and compares with what the plan meant.
///
/// The graph connects layers by values, the file by names. Should a rewrite ever leave two values under one
/// name, a layer would read the wrong one; this finds it before anything is written.
struct ConnectionCheck {
  private let graph: NetGraph
  /// The value that a name stands for.
  private var current: [Name: ValueID]

  static func check(_ graph: NetGraph) throws(PlanError) {
    var check = ConnectionCheck(graph)
    try check.run()
  }

  private init(_ graph: NetGraph) {
    self.graph = graph
    current = Dictionary(minimumCapacity: graph.layers.count)
  }

  private mutating func run() throws(PlanError) {
    for index in graph.values.indices where graph.values[index].producer == nil && graph.values[index].isAlive
    {
      let id = ValueID(index: index)
      current[graph.blobName(of: id)] = id
    }
    for id in graph.liveLayers {
      for bottom in graph.layers[id.index].bottoms where current[graph.blobName(of: bottom)] != bottom {
        throw .wrongConnection(layer: graph[id].name, blob: graph.blobName(of: bottom))
      }
      for top in graph.layers[id.index].tops { current[graph.blobName(of: top)] = top }
    }
  }
}
