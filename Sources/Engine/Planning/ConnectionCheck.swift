import CaffeIO

/// Reads the emitted names back as Caffe would and compares with what the plan meant.
///
/// The graph connects layers by values, the file by names. Should a rewrite ever leave two values under one
/// name, a layer would read the wrong one; this finds it before anything is written.
struct ConnectionCheck {
  private let graph: NetGraph
  private var names: NameNumbers
  /// The value that a name stands for, by the name's number.
  private var current: [ValueID?] = []
  /// The number of its name plus one, by blob; 0 for one that was not met. Values share blobs far more than names.
  private var numbers: [UInt32]

  static func check(_ graph: NetGraph) throws(PlanError) {
    var check = ConnectionCheck(graph)
    try check.run()
  }

  private init(_ graph: NetGraph) {
    self.graph = graph
    names = NameNumbers(minimumCapacity: graph.layers.count)
    numbers = Array(repeating: 0, count: graph.blobs.count)
  }

  private mutating func run() throws(PlanError) {
    for index in graph.values.indices where graph.values[index].producer == nil && graph.values[index].isAlive
    {
      let id = ValueID(index: index)
      current[number(of: id)] = id
    }
    for id in graph.liveLayers {
      for bottom in graph.layers[id.index].bottoms where current[number(of: bottom)] != bottom {
        throw .wrongConnection(layer: graph[id].name, blob: graph.blobName(of: bottom))
      }
      for top in graph.layers[id.index].tops { current[number(of: top)] = top }
    }
  }

  /// The number of the name that a value is stored under.
  private mutating func number(of value: ValueID) -> Int {
    let blob = graph.root(of: graph.values[value.index].blob)
    if numbers[blob] == 0 {
      let number = names.number(of: graph.blobs[blob].name)
      if number == current.count { current.append(nil) }
      numbers[blob] = UInt32(number + 1)
    }
    return Int(numbers[blob]) - 1
  }
}
