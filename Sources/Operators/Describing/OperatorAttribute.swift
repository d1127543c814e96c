/// The value of an attribute of a call.
package enum OperatorAttribute: Sendable, Equatable {
  case int(Int64)
  case float(Float)
  case string(String)
  case ints([Int64])
  case floats([Float])
  case tensor(OperatorTensor<Float>)

  /// What it is.
  package var kind: OperatorAttributeKind {
    switch self {
    case .int: .int
    case .float: .float
    case .string: .string
    case .ints: .ints
    case .floats: .floats
    case .tensor: .tensor
    }
  }
}

/// The kinds of attributes; the raw value is what messages call one.
package enum OperatorAttributeKind: String, Sendable {
  case int = "a whole number"
  case float = "a number"
  case string = "a string"
  case ints = "whole numbers"
  case floats = "numbers"
  case tensor = "a tensor"
}
