import Diagnostics

/// What layers of a type compute, as steps of ONNX operators or of Caffe layers.
///
/// A definition is data: the built-in ones stand in `rules/operators` and `rules/expand-forks`, users add those of their forks'
/// layers. A layer that no operator is done for passes its first bottom on.
package struct TypeDefinition: Sendable {
  /// The types that are defined.
  package let types: [String]
  /// What the layer computes, in one sentence.
  package let summary: String
  /// What the bottoms are called, by position; the others are `bottoms[i]`.
  package let bottoms: [String]
  /// What must hold for the operators to say it, each with the sentence a user reads where it does not.
  package let conditions: [Condition]
  /// Names for intermediate results.
  package let lets: [Let]
  /// The operators or the layers, in the order in which they compute.
  package let steps: [DefinitionStep]
  /// Whether the tops depend on nothing but the shapes of the bottoms, so that they are written as constants.
  package let isConstant: Bool
  /// The axis of the tops whose size depends on values, such as the number of boxes found; nil where there is none.
  package let varyingAxis: Int?
  /// The paths of fields and of messages without influence on what the layer computes, such as `["vendor_param", "engine"]`; nil
  /// where the definition does not say which there are.
  package let ignoredFields: [[String]]?
  /// Examples.
  package let tests: [DefinitionTest]
  /// Where it stands.
  package let place: SourcePlace
  /// Whether the program has it, and no user wrote it.
  package let isBuiltin: Bool

  /// Makes one of all its parts.
  package init(
    types: [String], summary: String, bottoms: [String], conditions: [Condition], lets: [Let],
    steps: [DefinitionStep], isConstant: Bool, varyingAxis: Int?, ignoredFields: [[String]]?,
    tests: [DefinitionTest], place: SourcePlace, isBuiltin: Bool
  ) {
    self.types = types
    self.summary = summary
    self.bottoms = bottoms
    self.conditions = conditions
    self.lets = lets
    self.steps = steps
    self.isConstant = isConstant
    self.varyingAxis = varyingAxis
    self.ignoredFields = ignoredFields
    self.tests = tests
    self.place = place
    self.isBuiltin = isBuiltin
  }

  /// Whether it consists of Caffe layers; no definition mixes them with operators.
  package var isInLayers: Bool { steps.contains { !$0.layers.isEmpty } }
}

/// A step of a definition.
package indirect enum DefinitionStep: Sendable {
  /// One operator.
  case single(OperatorStep)
  /// One Caffe layer.
  case layer(LayerStep)
  /// Steps that are there several times, which differ in a number.
  case repeated(StepGroup)

  /// The operators in it, each once.
  package var operators: [OperatorStep] {
    switch self {
    case .single(let step): [step]
    case .layer: []
    case .repeated(let group): group.steps.flatMap(\.operators)
    }
  }

  /// The Caffe layers in it, each once.
  package var layers: [LayerStep] {
    switch self {
    case .single: []
    case .layer(let step): [step]
    case .repeated(let group): group.steps.flatMap(\.layers)
    }
  }
}

/// Steps that are there several times: all of them for 0, then all of them for 1, and so on.
///
/// What a step in it makes is a list outside. Within, its name stands for what was made for the same number.
package struct StepGroup: Sendable {
  /// What expressions call the number, which counts from 0.
  package let name: String
  /// How often the steps are there.
  package let count: CheckedExpression
  /// Whether they are there at all; nil for always.
  package let condition: CheckedExpression?
  /// The steps.
  package let steps: [DefinitionStep]
  /// Where it stands.
  package let place: SourcePlace

  /// Makes one of all its parts.
  package init(
    name: String, count: CheckedExpression, condition: CheckedExpression?, steps: [DefinitionStep],
    place: SourcePlace
  ) {
    self.name = name
    self.count = count
    self.condition = condition
    self.steps = steps
    self.place = place
  }
}

/// One operator of a definition.
package struct OperatorStep: Sendable {
  /// The operator's name.
  package let name: String
  /// What it reads.
  package let inputs: [StepInput]
  /// What its results are called.
  package let outputs: [ValueName]
  /// The attributes that are set.
  package let attributes: [OperatorAttributeValue]
  /// Whether it is there; nil for always.
  package let condition: CheckedExpression?
  /// Where it stands.
  package let place: SourcePlace

  /// Whether it only gives a value another name.
  package var isIdentity: Bool { name == "Identity" }

  /// Makes one of all its parts.
  package init(
    name: String, inputs: [StepInput], outputs: [ValueName], attributes: [OperatorAttributeValue],
    condition: CheckedExpression?, place: SourcePlace
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
    self.condition = condition
    self.place = place
  }
}

/// What an operator reads.
package enum StepInput: Sendable {
  /// Nothing, where an input is optional.
  case absent
  /// A value of the definition; all values of a list where it has no index.
  case value(ValueName)
  /// The value of an expression, written into the file; left out where the condition does not hold.
  case constant(ConstantKind, CheckedExpression, condition: CheckedExpression?)
}

/// What the numbers of a constant are.
package enum ConstantKind: String, Sendable, CaseIterable {
  case floats
  case ints
  case bools
}

/// The name of a value in a definition: `x`, `part[i]`, `bottoms[0]`.
package struct ValueName: Sendable {
  /// All bottoms of the layer, or all its tops.
  package static let bottoms = "bottoms", tops = "tops"

  /// The name.
  package let name: String
  /// Which of a list; nil for the only one, or all.
  package let index: CheckedExpression?
  /// Where it stands.
  package let place: SourcePlace

  /// Makes one of all its parts.
  package init(name: String, index: CheckedExpression?, place: SourcePlace) {
    self.name = name
    self.index = index
    self.place = place
  }
}

/// An attribute of an operator.
package struct OperatorAttributeValue: Sendable {
  /// What it is.
  package enum Value: Sendable {
    /// The value of an expression.
    case computed(CheckedExpression)
    /// A text, with expressions in it.
    case text([TemplateField.TextPart])
  }

  /// ONNX's name of it.
  package let name: String
  /// The kind of value that the operator wants.
  package let kind: OperatorForm.AttributeKind
  /// What it is.
  package let value: Value

  /// Makes one of all its parts.
  package init(name: String, kind: OperatorForm.AttributeKind, value: Value) {
    self.name = name
    self.kind = kind
    self.value = value
  }
}

/// What definitions are held against: how an operator may be written.
package struct OperatorForm: Sendable {
  /// What an attribute is.
  package enum AttributeKind: String, Sendable {
    case int, float, string, ints, floats, tensor
  }

  /// The operator's name.
  package let name: String
  /// How many inputs it takes.
  package let inputs: ClosedRange<Int>
  /// How many results it has.
  package let outputs: ClosedRange<Int>
  /// Its attributes, by name.
  package let attributes: [String: AttributeKind]

  /// Makes one of all its parts.
  package init(
    name: String, inputs: ClosedRange<Int>, outputs: ClosedRange<Int>, attributes: [String: AttributeKind]
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
  }
}
