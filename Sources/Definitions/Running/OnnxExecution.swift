import Diagnostics
import Layers
import OnnxIO
import Operators

/// How much a run of a graph may take.
package enum GraphLimits {
  /// The most numbers that the values may have that are held at a time, those of a node's inputs and outputs among them: 512 MiB
  /// in single precision.
  package static let heldNumbers = 1 << 27
}

/// A run of a graph of ONNX operators, node by node.
///
/// A value is given up as soon as no later node reads it. Numbers of type float are held in `S`: constants of type float widen
/// exactly, those of type double are there for `Double` alone.
package struct OnnxExecution<S: OperatorScalar> {
  private let graph: OnnxGraph
  private let opset: Int
  private var values: [String: OperatorTensor<S>]
  /// By value, the last node that reads it.
  private let lastReads: [String: Int]
  private let constants: [String: OnnxInitializer]
  /// The most numbers that the values may have that are held at a time.
  package var limit = GraphLimits.heldNumbers
  /// How many the values have that are held.
  private var held = 0
  /// What nodes make that are no operators, by name: they are not run.
  package var foreign: [String: OperatorTensor<S>] = [:]

  /// Begins a run.
  ///
  /// - Parameter inputs: a value for each input of the graph.
  package init(_ model: OnnxModel, inputs: [String: OperatorTensor<S>]) {
    graph = model.graph
    opset = model.opsets.first { $0.domain.isEmpty }?.version ?? 1
    values = inputs
    held = inputs.values.reduce(0) { $0 + $1.values.count }
    var lastReads: [String: Int] = [:]
    for (place, node) in model.graph.nodes.enumerated() {
      for input in node.inputs { lastReads[input] = place }
    }
    self.lastReads = lastReads
    constants = Dictionary(model.graph.initializers.map { ($0.name, $0) }) { first, _ in first }
  }

  /// Runs the operators of one layer.
  ///
  /// - Parameters:
  ///   - bottoms: what the layer reads, by the names that the operators have for it.
  ///   - tops: the names of what it makes.
  ///   - subject: the layer, for messages.
  /// - Returns: what it makes.
  package static func run(
    _ model: OnnxModel, bottoms: [String: OperatorTensor<S>], tops: [String], of subject: LayerSubject
  ) throws -> [NetValue<S>] {
    var made = bottoms
    var execution = OnnxExecution(model, inputs: bottoms)
    let wanted = Set(tops)
    try execution.run(observe: { name, value in if wanted.contains(name) { made[name] = value } })
    return try tops.map { name in
      guard let value = made[name] else { throw LoweringError(subject, .missingValue(name)) }
      guard case .float(let numbers) = value.values else {
        throw LoweringError(subject, .topWithoutNumbers(name))
      }
      return NetValue(shape: value.shape, values: numbers)
    }
  }

  /// Runs all nodes; `observe` is shown every value that one makes.
  ///
  /// - Parameter replace: gives another value for one that a node has made; nil to go on with it.
  /// - Throws: `OnnxExecutionError` for a node that cannot be run.
  package mutating func run(
    observe: (String, OperatorTensor<S>) throws -> Void,
    replace: (String, OperatorTensor<S>) -> OperatorTensor<S>? = { _, _ in nil }
  ) throws {
    for (place, node) in graph.nodes.enumerated() {
      let given = node.outputs.compactMap { foreign[$0] }
      if !given.isEmpty, given.count == node.outputs.count {
        for (name, value) in zip(node.outputs, given) { hold(value, as: name) }
        continue
      }
      guard node.domain.isEmpty || node.domain == "ai.onnx" else {
        throw OnnxExecutionError(node, .domain(node.domain))
      }
      var inputs: [OperatorTensor<S>?] = []
      for name in node.inputs { inputs.append(try name.isEmpty ? nil : value(name, of: node)) }
      let call = OperatorCall(
        name: node.type, attributes: try attributes(of: node), outputCount: node.outputs.count, opset: opset)
      let made: [OperatorTensor<S>]
      do {
        made = try OperatorRegistry.run(call, inputs)
      } catch {
        throw OnnxExecutionError(node, .failed(error.diagnostic.sentence))
      }
      inputs = []
      guard held + made.reduce(0, { $0 + $1.values.count }) <= limit else {
        throw OnnxExecutionError(node, .memory(limit: limit))
      }
      for (name, value) in zip(node.outputs, made) where !name.isEmpty {
        try observe(name, value)
        if lastReads[name] ?? -1 > place { hold(replace(name, value) ?? value, as: name) }
      }
      for name in node.inputs where lastReads[name] == place { hold(nil, as: name) }
    }
  }

  private mutating func hold(_ value: OperatorTensor<S>?, as name: String) {
    held += (value?.values.count ?? 0) - (values[name]?.values.count ?? 0)
    values[name] = value
  }

  private func value(_ name: String, of node: OnnxNode) throws -> OperatorTensor<S> {
    if let value = values[name] { return value }
    guard let constant = constants[name] else { throw OnnxExecutionError(node, .missing(name)) }
    return try OperatorTensor(try constant.tensor(), named: name, of: node)
  }

  private func attributes(of node: OnnxNode) throws -> [String: OperatorAttribute] {
    var attributes: [String: OperatorAttribute] = [:]
    for attribute in node.attributes {
      switch attribute.value {
      case .int(let value): attributes[attribute.name] = .int(value)
      case .float(let value): attributes[attribute.name] = .float(value)
      case .string(let bytes): attributes[attribute.name] = .string(String(decoding: bytes, as: UTF8.self))
      case .ints(let values): attributes[attribute.name] = .ints(values)
      case .floats(let values): attributes[attribute.name] = .floats(values)
      case .tensor(let tensor):
        attributes[attribute.name] = .tensor(
          try OperatorTensor<Float>(tensor, named: attribute.name, of: node))
      case .strings, .unread: throw OnnxExecutionError(node, .attribute(attribute.name))
      }
    }
    return attributes
  }
}

extension OperatorTensor {
  /// A value of a net.
  package init(_ value: NetValue<S>) { self.init(shape: value.shape, values: .float(value.values)) }

  /// A tensor of a file.
  ///
  /// - Throws: `OnnxExecutionError` for an element type that the operators do not know.
  fileprivate init(_ tensor: OnnxTensor, named name: String, of node: OnnxNode) throws {
    let values: OperatorValues<S>
    switch tensor.elementType {
    case OnnxElementType.float: values = .float(S.numbers(tensor.numbers(of: Float.self)))
    case OnnxElementType.double where S.self == Double.self:
      values = .float(S.rounded(tensor.numbers(of: Double.self)))
    case OnnxElementType.float16: values = .float16(tensor.numbers(of: UInt16.self))
    case OnnxElementType.int64: values = .int64(tensor.numbers(of: Int64.self))
    case OnnxElementType.bool: values = .bool(tensor.bytes.map { $0 != 0 })
    default: throw OnnxExecutionError(node, .elementType(name, OnnxElementType.name(tensor.elementType)))
    }
    self.init(shape: tensor.shape, values: values)
  }
}

/// Why a graph cannot be run.
package struct OnnxExecutionError: DiagnosticError {
  /// The facts.
  package enum Reason: Sendable {
    /// The operator is of a set that is not ONNX's own.
    case domain(String)
    /// The operator cannot compute these inputs.
    case failed(String)
    /// Nothing makes a value.
    case missing(String)
    /// An attribute of a kind that no operator here has.
    case attribute(String)
    /// The values that must be held at a time have more numbers than allowed.
    case memory(limit: Int)
    /// A constant of an element type that no operator here takes.
    case elementType(String, String)
  }

  /// The node's name and operator.
  package let node: (name: String, type: String)
  /// The facts.
  package let reason: Reason

  init(_ node: OnnxNode, _ reason: Reason) {
    self.node = (node.name, node.type)
    self.reason = reason
  }

  /// The message for the user.
  package var diagnostic: Diagnostic {
    let subject = "node '\(clipped(node.name, to: 200))' (\(clipped(node.type)))"
    let sentence =
      switch reason {
      case .domain(let domain): "\(subject) cannot be run, because its operator is of the domain '\(domain)'"
      case .failed(let why): "\(subject) cannot be run: \(why)"
      case .missing(let name): "\(subject) reads '\(clipped(name, to: 200))', which nothing makes"
      case .memory(let limit):
        "\(subject) cannot be run: the values that must be held at a time have more than \(limit) numbers together"
      case .attribute(let name):
        "\(subject) cannot be run, because its attribute '\(name)' is of a kind that is not known"
      case .elementType(let name, let type):
        "\(subject) cannot be run, because '\(name)' has elements of type \(type)"
      }
    return Diagnostic(.error, at: .none, sentence)
  }
}
