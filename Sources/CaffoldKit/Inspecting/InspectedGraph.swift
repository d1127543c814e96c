import CaffeIO
import Definitions
import Diagnostics
import Layers
import OnnxIO
import Operators

/// A look at an ONNX file: a node is what a layer is of a net, its initializers are its blobs.
///
/// Shapes are those that the file gives. Where it leaves some out, the graph is run once on zeros to learn them.
struct InspectedGraph {
  private let path: String
  private let model: OnnxModel
  private let initializers: [String: OnnxInitializer]
  /// Values that do not depend on the inputs: initializers, and what nodes such as Cast make of them.
  private let constants: Set<String>
  private var types: [String: Int32] = [:]
  private var shapes: [String: [Int]] = [:]
  private var obstacle: OnnxExecutionError?
  private var facts: InspectResult.Graph

  /// - Parameter inputShapes: shapes of inputs, as in `InputOptions.shapes`.
  /// - Throws: `DiagnosticError` for a file that cannot be read.
  static func result(
    _ path: String, inputShapes: [String], _ observer: RunObserver
  ) throws -> InspectResult {
    try described(path, inputShapes: inputShapes, observer).facts
  }

  /// As above, with each node as a text (`NodeText`).
  static func described(
    _ path: String, inputShapes: [String], _ observer: RunObserver
  ) throws -> (facts: InspectResult, texts: [String]) {
    try Files.restore([path], observer)
    var graph = try InspectedGraph(path, inputShapes)
    return (graph.result(), graph.model.graph.nodes.map(NodeText.text))
  }

  private init(_ path: String, _ inputShapes: [String]) throws {
    self.path = path
    model = try OnnxReader(path: path).read()
    initializers = Dictionary(model.graph.initializers.map { ($0.name, $0) }) { first, _ in first }
    var constants = Set(initializers.keys)
    for node in model.graph.nodes where node.inputs.allSatisfy({ $0.isEmpty || constants.contains($0) }) {
      constants.formUnion(node.outputs)
    }
    self.constants = constants
    facts = InspectResult.Graph(
      irVersion: model.irVersion,
      opsets: model.opsets.map { .init(domain: $0.domain, version: $0.version) },
      producer: [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " "),
      unread: model.unread.map { "\($0.kind.rawValue)\($0.name.isEmpty ? "" : " '\($0.name)'")" })
    let given = try InputArguments(inputs.map { Name($0.name) }, model: path).shapes(inputShapes)
    for value in model.graph.inputs + model.graph.outputs + model.graph.values {
      types[value.name] = value.elementType
      shapes[value.name] = given[Name(value.name)] ?? Self.known(value.shape)
    }
    // One image, where the file leaves the size of a batch open.
    for input in inputs where shapes[input.name] == nil {
      guard let sizes = input.shape, let first = sizes.first, Self.known([first]) == nil,
        let rest = Self.known(Array(sizes.dropFirst()))
      else { continue }
      shapes[input.name] = [1] + rest
      facts.openBatches.append(Name(input.name))
    }
    // Shapes in the file were written for other shapes of its inputs.
    if !given.isEmpty || !facts.openBatches.isEmpty {
      let names = Set(inputs.map(\.name))
      shapes = shapes.filter { names.contains($0.key) }
    }
    try learnShapes()
  }

  /// The inputs that somebody has to give.
  private var inputs: [OnnxValue] { model.graph.inputs.filter { initializers[$0.name] == nil } }

  private static func known(_ dimensions: [OnnxDimension]?) -> [Int]? {
    guard let dimensions else { return nil }
    var sizes: [Int] = []
    for dimension in dimensions {
      guard case .known(let size) = dimension, size >= 0 else { return nil }
      sizes.append(size)
    }
    return sizes
  }

  // MARK: Shapes

  /// Runs the graph on zeros, where shapes are missing and those of all inputs are known.
  private mutating func learnShapes() throws {
    let made = model.graph.nodes.flatMap(\.outputs).filter { !$0.isEmpty }
    guard made.contains(where: { shapes[$0] == nil }) else { return }
    var zeros: [String: OperatorTensor<Float>] = [:]
    var rest = Self.inputLimit
    for input in inputs {
      guard let shape = shapes[input.name], shape.saturatingProduct <= rest,
        let zero = Self.zeros(shape, input.elementType)
      else { return }
      rest -= shape.saturatingProduct
      zeros[input.name] = zero
    }
    var found: [String: (shape: [Int], type: Int32)] = [:]
    var execution = OnnxExecution(model, inputs: zeros)
    do {
      try execution.run(observe: { found[$0] = ($1.shape, Int32($1.type.rawValue)) })
    } catch let error as OnnxExecutionError {
      obstacle = error
    }
    for (name, value) in found {
      shapes[name] = shapes[name] ?? value.shape
      types[name] = value.type
    }
  }

  /// The most numbers that the inputs of zeros may have together: 4 GiB in single precision.
  private static let inputLimit = 1 << 30

  private static func zeros(_ shape: [Int], _ type: Int32) -> OperatorTensor<Float>? {
    let count = shape.saturatingProduct
    switch type {
    case OnnxElementType.float:
      return OperatorTensor(shape: shape, values: .float(Array(repeating: 0, count: count)))
    case OnnxElementType.float16:
      return OperatorTensor(shape: shape, values: .float16(Array(repeating: 0, count: count)))
    case OnnxElementType.int64:
      return OperatorTensor(shape: shape, values: .int64(Array(repeating: 0, count: count)))
    case OnnxElementType.bool:
      return OperatorTensor(shape: shape, values: .bool(Array(repeating: false, count: count)))
    default: return nil
    }
  }

  // MARK: Result

  private mutating func result() -> InspectResult {
    var result = InspectResult(model: path, weights: nil)
    result.layers = model.graph.nodes.map(layer)
    result.inputs = inputs.map { .init(name: Name($0.name), shape: shapes[$0.name]) }
    result.outputs = model.graph.outputs.map { .init(name: Name($0.name), shape: shapes[$0.name]) }
    result.isComplete = result.layers.allSatisfy { $0.activationBytes != nil }
    (result.peakBytes, result.peakLayer) = peak()
    result.graph = facts
    return result
  }

  private func layer(_ node: OnnxNode) -> InspectResult.Layer {
    let isStandard = node.domain.isEmpty || node.domain == "ai.onnx"
    let name = node.name.isEmpty ? node.outputs.first ?? "" : node.name
    var layer = InspectResult.Layer(
      name: Name(name), type: isStandard ? node.type : "\(node.domain).\(node.type)")
    let constants = node.inputs.compactMap { initializers[$0] }.filter(Self.isParameter)
    layer.bottoms = node.inputs.filter { !$0.isEmpty && initializers[$0] == nil }.map { Name($0) }
    let outputs = node.outputs.filter { !$0.isEmpty }
    layer.tops = outputs.map { .init(name: Name($0), shape: shapes[$0]) }
    layer.blobs = constants.map { Self.blob($0.shape, $0.elementType) }
    if case .tensor(let tensor)? = node.attribute("value"), node.type == "Constant",
      Self.isParameter(tensor.elementType)
    {
      layer.blobs.append(Self.blob(tensor.shape, tensor.elementType))
    }
    layer.parameters = layer.blobs.reduce(0) { InspectResult.sum($0, $1.count) }
    layer.multiplyAdds = multiplyAdds(node)
    let sizes = outputs.map(byteCount)
    if !sizes.contains(nil) { layer.activationBytes = sizes.reduce(0) { InspectResult.sum($0, $1 ?? 0) } }
    layer.isForkType = !isStandard
    if let obstacle, obstacle.node == (node.name, node.type), layer.tops.contains(where: { $0.shape == nil })
    {
      layer.obstacle = obstacle.diagnostic.sentence
    }
    return layer
  }

  /// Whole numbers of 64 bits, and truth values, are shapes and indices.
  private static func isParameter(_ type: Int32) -> Bool {
    ![OnnxElementType.int64, OnnxElementType.bool, OnnxElementType.string].contains(type)
  }

  private static func isParameter(_ initializer: OnnxInitializer) -> Bool {
    isParameter(initializer.elementType)
  }

  private static func blob(_ shape: [Int], _ type: Int32) -> InspectResult.Blob {
    let word =
      switch type {
      case OnnxElementType.float: "float32"
      case OnnxElementType.double: "float64"
      default: OnnxElementType.name(type)
      }
    return InspectResult.Blob(shape: shape, count: shape.saturatingProduct, storage: word)
  }

  /// What a value takes, in bytes; nil where its shape or its type is not known.
  private func byteCount(_ name: String) -> Int? {
    guard let shape = shapes[name] else { return nil }
    let count = shape.saturatingProduct
    let (bits, overflow) = count.multipliedReportingOverflow(
      by: OnnxElementType.bits(types[name] ?? OnnxElementType.float) ?? 32)
    return overflow ? nil : (bits + 7) / 8
  }

  /// Products with numbers that do not depend on the inputs, as for layers; nil where they are not known.
  private func multiplyAdds(_ node: OnnxNode) -> Int? {
    if node.outputs.allSatisfy(constants.contains) { return 0 }
    let weights = node.inputs.filter(constants.contains).compactMap { initializers[$0]?.shape ?? shapes[$0] }
      .max { $0.saturatingProduct < $1.saturatingProduct }
    guard let weights, !weights.isEmpty else { return 0 }
    let isStandard = node.domain.isEmpty || node.domain == "ai.onnx"
    return isStandard
      ? OperatorRegistry.signature(of: node.type)?.products.count(
        input: node.inputs.first.flatMap { shapes[$0] }, output: node.outputs.first.flatMap { shapes[$0] },
        constants: weights) : nil
  }

  // MARK: Memory

  /// The most that values take at a time, and the node that runs then; nil where a shape is not known.
  private func peak() -> (Int?, Name?) {
    let nodes = model.graph.nodes
    var lastReads: [String: Int] = [:]
    for (place, node) in nodes.enumerated() { for input in node.inputs { lastReads[input] = place } }
    for output in model.graph.outputs { lastReads[output.name] = nodes.count }
    var live = 0
    for input in inputs {
      guard let size = byteCount(input.name) else { return (nil, nil) }
      live = InspectResult.sum(live, size)
    }
    var peak: (bytes: Int, place: Int)?
    for (place, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty {
        guard let size = byteCount(output) else { return (nil, nil) }
        live = InspectResult.sum(live, size)
      }
      if live > peak?.bytes ?? 0 { peak = (live, place) }
      for name in Set(node.inputs + node.outputs)
      where initializers[name] == nil && !name.isEmpty && (lastReads[name] ?? place) == place {
        // A sum that stopped at the largest Int is smaller than its parts.
        live -= min(live, byteCount(name) ?? 0)
      }
    }
    return (peak?.bytes, peak.map { layer(nodes[$0.place]).name })
  }
}
