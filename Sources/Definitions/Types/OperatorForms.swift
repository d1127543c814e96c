import Operators
import RuleModel

extension OperatorForm {
  /// The operators that definitions are made of: those that the evaluator has, so that no definition goes unproven.
  package static let all: [OperatorForm] = OperatorRegistry.descriptions.map { OperatorForm($0.signature) }

  private init(_ signature: OperatorSignature) {
    let newest = OperatorSignature.opsets.upperBound
    // Definitions have the form of the newest operator set; lowering writes the form of an older one.
    let known = signature.attributes.filter { $0.opsets.contains(newest) }
    self.init(
      name: signature.name, inputs: signature.inputCounts(opset: newest), outputs: signature.outputCounts,
      attributes: Dictionary(uniqueKeysWithValues: known.map { ($0.name, AttributeKind($0.kind)) }))
  }
}

extension OperatorForm.AttributeKind {
  init(_ kind: OperatorAttributeKind) {
    switch kind {
    case .int: self = .int
    case .float: self = .float
    case .string: self = .string
    case .ints: self = .ints
    case .floats: self = .floats
    case .tensor: self = .tensor
    }
  }
}
