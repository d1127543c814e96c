/// A node: one operator with its attributes, and the values that it reads and makes.
package struct OnnxNode: Sendable {
  /// The name; may be empty.
  package var name: String
  /// The operator, such as `Conv`.
  package var type: String
  /// The operator set that the operator is of; the standard one is "".
  package var domain: String
  /// Which of several functions of one name is meant (IR version 10); mostly none.
  package var overload: String
  /// A text for people.
  package var docString: String
  /// The values that are read; "" where an optional one is absent.
  package var inputs: [String]
  /// The values that are made; "" where an optional one is not asked for.
  package var outputs: [String]
  /// The attributes.
  package var attributes: [OnnxNamedAttribute]
  /// Named texts.
  package var metadata: [(String, String)]

  /// Makes a node from its parts.
  package init(
    name: String = "", type: String, domain: String = "", overload: String = "", docString: String = "",
    inputs: [String], outputs: [String], attributes: [OnnxNamedAttribute] = [],
    metadata: [(String, String)] = []
  ) {
    self.name = name
    self.type = type
    self.domain = domain
    self.overload = overload
    self.docString = docString
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
    self.metadata = metadata
  }

  /// The value of an attribute; nil where the node has none of that name.
  package func attribute(_ name: String) -> OnnxAttribute? {
    attributes.first { $0.name == name }?.value
  }
}

/// An attribute of a node.
package struct OnnxNamedAttribute: Sendable, Equatable {
  /// The name, such as `strides`.
  package var name: String
  /// The value.
  package var value: OnnxAttribute
  /// A text for people.
  package var docString: String

  /// Makes an attribute from its parts.
  package init(name: String, value: OnnxAttribute, docString: String = "") {
    self.name = name
    self.value = value
    self.docString = docString
  }

  /// Makes an attribute.
  package init(_ name: String, _ value: OnnxAttribute) { self.init(name: name, value: value) }
}

/// The value of an attribute.
package enum OnnxAttribute: Sendable, Equatable {
  case int(Int64)
  case float(Float)
  case string([UInt8])
  case ints([Int64])
  case floats([Float])
  case strings([[UInt8]])
  case tensor(OnnxTensor)
  /// One of a type that is not read, by the number of the type (`OnnxAttributeType`); it is not written.
  case unread(type: Int)

  /// A text.
  package static func text(_ text: String) -> OnnxAttribute { .string(Array(text.utf8)) }
}

/// The types of attributes, by their numbers in a file (`AttributeProto.AttributeType`).
package enum OnnxAttributeType: Int, Sendable, CaseIterable {
  case undefined = 0
  case float = 1
  case int = 2
  case string = 3
  case tensor = 4
  case graph = 5
  case floats = 6
  case ints = 7
  case strings = 8
  case tensors = 9
  case graphs = 10
  case sparseTensor = 11
  case sparseTensors = 12
  case typeProto = 13
  case typeProtos = 14

  /// What a type is called in a sentence; a number that no type has, as digits.
  package static func name(_ type: Int) -> String {
    switch OnnxAttributeType(rawValue: type) {
    case nil: "type \(type)"
    case .undefined: "no type"
    case .sparseTensor: "type sparse tensor"
    case .sparseTensors: "type sparse tensors"
    case .typeProto: "type type"
    case .typeProtos: "type types"
    case let type?: "type \(type)"
    }
  }
}
