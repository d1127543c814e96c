/// An ONNX model: its main graph, and which versions of the operators the graph is written in.
package struct OnnxModel: Sendable {
  /// The version of the file format.
  package var irVersion: Int
  /// The operator sets that the nodes are of; the standard one has the domain "".
  package var opsets: [(domain: String, version: Int)]
  /// The program that wrote the model.
  package var producerName: String
  /// The version of that program.
  package var producerVersion: String
  /// Whose model it is, such as `org.example`.
  package var domain: String
  /// The version of the model itself.
  package var modelVersion: Int
  /// A text for people.
  package var docString: String
  /// The main graph.
  package var graph: OnnxGraph
  /// Named texts.
  package var metadata: [(String, String)]
  /// What the file holds besides and this model does not have; a model with such parts is not written.
  package var unread: [OnnxUnreadPart] = []

  /// Makes a model from its parts.
  package init(
    irVersion: Int, opsets: [(domain: String, version: Int)], producerName: String = "",
    producerVersion: String = "", domain: String = "", modelVersion: Int = 0, docString: String = "",
    graph: OnnxGraph, metadata: [(String, String)] = []
  ) {
    self.irVersion = irVersion
    self.opsets = opsets
    self.producerName = producerName
    self.producerVersion = producerVersion
    self.domain = domain
    self.modelVersion = modelVersion
    self.docString = docString
    self.graph = graph
    self.metadata = metadata
  }
}

/// A part of a model that is not read, so that whoever needs it can refuse the model by its name.
package struct OnnxUnreadPart: Sendable, Hashable {
  /// What it is.
  package enum Kind: String, Sendable {
    case function
    case trainingInfo = "training info"
    case deviceConfiguration = "device configuration"
    case quantizationAnnotation = "quantization annotation"
    case sparseInitializer = "sparse initializer"
  }

  /// What it is.
  package var kind: Kind
  /// Its name; empty where it has none.
  package var name: String

  /// Makes a fact.
  package init(_ kind: Kind, name: String = "") {
    self.kind = kind
    self.name = name
  }
}

/// A graph of operators: each node reads values by their names and makes others.
package struct OnnxGraph: Sendable {
  /// The name.
  package var name: String
  /// The nodes, each after those whose outputs it reads.
  package var nodes: [OnnxNode]
  /// Values that are constant.
  package var initializers: [OnnxInitializer]
  /// The inputs. In IR version 3 and before the initializers are among them.
  package var inputs: [OnnxValue]
  /// The outputs.
  package var outputs: [OnnxValue]
  /// Types and shapes of other values (`value_info`).
  package var values: [OnnxValue]
  /// A text for people.
  package var docString: String
  /// Named texts.
  package var metadata: [(String, String)]

  /// Makes a graph from its parts.
  package init(
    name: String, nodes: [OnnxNode] = [], initializers: [OnnxInitializer] = [], inputs: [OnnxValue] = [],
    outputs: [OnnxValue] = [], values: [OnnxValue] = [], docString: String = "",
    metadata: [(String, String)] = []
  ) {
    self.name = name
    self.nodes = nodes
    self.initializers = initializers
    self.inputs = inputs
    self.outputs = outputs
    self.values = values
    self.docString = docString
    self.metadata = metadata
  }
}

extension OnnxModel {
  /// The version of the file format that came with a version of the operator set.
  ///
  /// Source: the table of released versions in ONNX's Versioning.md.
  package static func irVersion(ofOpset opset: Int) -> Int {
    switch opset {
    case ..<15: 7
    case ..<19: 8
    case ..<21: 9
    case ..<23: 10
    case ..<24: 11
    case ..<25: 12
    case ..<28: 13
    default: 14
    }
  }
}
