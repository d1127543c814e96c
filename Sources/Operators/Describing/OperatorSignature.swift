/// What a call of an operator looks like.
package struct OperatorSignature: Sendable {
  /// ONNX's name of the operator.
  package let name: String
  /// What it computes, in a line.
  package let summary: String
  /// The inputs in their order; the last one may stand for many.
  package let inputs: [OperatorInput]
  /// The names of the outputs in their order.
  package let outputs: [String]
  /// How many outputs a call may read.
  package let outputCounts: ClosedRange<Int>
  /// The attributes.
  package let attributes: [OperatorAttributeField]
  /// The versions of the operator set whose semantics it follows.
  package let opsets: ClosedRange<Int>
  /// How many products with constants it computes.
  package let products: OperatorProducts

  /// A signature; `outputCounts` is 1 to the number of names unless told otherwise.
  init(
    _ name: String, _ summary: String, inputs: [OperatorInput], outputs: [String] = ["Y"],
    outputCounts: ClosedRange<Int>? = nil, attributes: [OperatorAttributeField] = [],
    opsets: ClosedRange<Int> = OperatorSignature.opsets, products: OperatorProducts = .none
  ) {
    self.name = name
    self.summary = summary
    self.inputs = inputs
    self.outputs = outputs
    self.outputCounts = outputCounts ?? 1...outputs.count
    self.attributes = attributes
    self.opsets = opsets
    self.products = products
  }

  /// The versions that are followed where an operator does not say otherwise.
  package static let opsets = 11...28

  /// How many inputs a call of a version may have.
  package func inputCounts(opset: Int) -> ClosedRange<Int> {
    let known = inputs.filter { $0.opsets.contains(opset) }
    let needed = known.lastIndex { $0.isRequired }.map { $0 + 1 } ?? 0
    return needed...(known.last?.isVariadic == true ? .max : known.count)
  }
}

/// An input of an operator.
package struct OperatorInput: Sendable {
  /// ONNX's name of the input.
  package let name: String
  /// The element types that it takes.
  package let types: [OperatorElementType]
  /// Whether it must be given.
  package let isRequired: Bool
  /// Whether more inputs like it may follow.
  package let isVariadic: Bool
  /// Inputs of one group have one element type.
  package let group: String?
  /// The versions of the operator set that have the input.
  package let opsets: ClosedRange<Int>

  private init(
    _ name: String, _ types: [OperatorElementType], _ isRequired: Bool, _ isVariadic: Bool, _ group: String?,
    _ opsets: ClosedRange<Int>
  ) {
    self.name = name
    self.types = types
    self.isRequired = isRequired
    self.isVariadic = isVariadic
    self.group = group
    self.opsets = opsets
  }

  /// An input that must be given.
  static func required(
    _ name: String, _ types: [OperatorElementType], as group: String? = nil,
    opsets: ClosedRange<Int> = OperatorSignature.opsets
  ) -> OperatorInput {
    OperatorInput(name, types, true, false, group, opsets)
  }

  /// An input that may be left out.
  static func optional(
    _ name: String, _ types: [OperatorElementType], as group: String? = nil,
    opsets: ClosedRange<Int> = OperatorSignature.opsets
  ) -> OperatorInput {
    OperatorInput(name, types, false, false, group, opsets)
  }

  /// One or more inputs of one element type.
  static func variadic(_ name: String, _ types: [OperatorElementType]) -> OperatorInput {
    OperatorInput(name, types, true, true, "T", OperatorSignature.opsets)
  }
}

extension [OperatorElementType] {
  static let floats: [OperatorElementType] = [.float]
  static let integers: [OperatorElementType] = [.int64]
  static let booleans: [OperatorElementType] = [.bool]
  static let numbers: [OperatorElementType] = [.float, .int64]
  static let all: [OperatorElementType] = [.float, .float16, .int64, .bool]
}

/// An attribute that an operator has.
package struct OperatorAttributeField: Sendable {
  /// What holds when it is not given.
  package enum Absence: Sendable, Equatable {
    /// The call is wrong.
    case error
    /// The operator decides.
    case open
    /// This value.
    case value(OperatorAttribute)
  }

  /// ONNX's name of the attribute.
  package let name: String
  /// The kind of its values.
  package let kind: OperatorAttributeKind
  /// What holds when it is not given.
  package let absence: Absence
  /// The words that it may be, where it is one of few.
  package let words: [String]?
  /// The versions of the operator set that have it.
  package let opsets: ClosedRange<Int>

  private init(
    _ name: String, _ kind: OperatorAttributeKind, _ absence: Absence, words: [String]? = nil,
    _ opsets: ClosedRange<Int>
  ) {
    self.name = name
    self.kind = kind
    self.absence = absence
    self.words = words
    self.opsets = opsets
  }

  static func int(
    _ name: String, _ fallback: Int64, opsets: ClosedRange<Int> = OperatorSignature.opsets
  ) -> OperatorAttributeField {
    OperatorAttributeField(name, .int, .value(.int(fallback)), opsets)
  }

  static func float(
    _ name: String, _ fallback: Float, opsets: ClosedRange<Int> = OperatorSignature.opsets
  ) -> OperatorAttributeField {
    OperatorAttributeField(name, .float, .value(.float(fallback)), opsets)
  }

  static func string(
    _ name: String, _ fallback: String, oneOf words: [String],
    opsets: ClosedRange<Int> = OperatorSignature.opsets
  ) -> OperatorAttributeField {
    OperatorAttributeField(name, .string, .value(.string(fallback)), words: words, opsets)
  }

  static func required(
    _ name: String, _ kind: OperatorAttributeKind, opsets: ClosedRange<Int> = OperatorSignature.opsets
  ) -> OperatorAttributeField {
    OperatorAttributeField(name, kind, .error, opsets)
  }

  static func optional(
    _ name: String, _ kind: OperatorAttributeKind, opsets: ClosedRange<Int> = OperatorSignature.opsets
  ) -> OperatorAttributeField {
    OperatorAttributeField(name, kind, .open, opsets)
  }
}
