/// One field of a message, as a `.proto` file declares it.
package struct SchemaField: Sendable, Equatable {
  /// How often a field may occur.
  package enum Label: Sendable, Equatable {
    /// At most once; the last occurrence counts.
    case optional
    /// Once.
    case required
    /// Any number of times.
    case repeated
  }

  /// What a field holds. Messages and enumerations are named without the file's package, nested ones with
  /// what they are nested in: `ConvolutionParameter.Engine`.
  package enum FieldType: Sendable, Equatable {
    case double, float, int32, int64, uint32, uint64, sint32, sint64
    case fixed32, fixed64, sfixed32, sfixed64, bool, string, bytes
    case `enum`(String)
    case message(String)
  }

  /// The name; `[package.name]`, as the text format writes it, for an extension.
  package var name: String
  /// The number on the wire; nil where forks disagree about it and only the name is known.
  package var number: Int?
  /// How often the field may occur.
  package var label: Label
  /// What the field holds.
  package var type: FieldType
  /// The value of an absent singular field: the declared default, else proto2's (0, false, "", the first
  /// value of the enumeration); nil for messages and repeated fields. Numbers are as written: a `float` is
  /// not rounded to single precision.
  package var defaultValue: SchemaValue?
  /// Whether the file itself states the default.
  package var hasDeclaredDefault: Bool
  /// Whether numbers are written packed on the wire.
  package var isPacked: Bool
  /// Whether the message is on the wire as a group.
  package var isGroup: Bool

  /// Whether the field may occur any number of times.
  package var isRepeated: Bool { label == .repeated }
}

/// The value of a field that is not a message.
package enum SchemaValue: Sendable, Equatable {
  /// Of a boolean field.
  case boolean(Bool)
  /// Of a field of whole numbers.
  case integer(Int)
  /// Of a floating-point field.
  case number(Double)
  /// Of a string or bytes field; bytes that are no UTF-8 are replaced.
  case string(String)
  /// Of an enumeration, by the value's name.
  case enumeration(String)

  /// Any number, as floating point.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}

extension SchemaField.FieldType {
  /// The scalar type of that name; nil for messages and enumerations.
  init?(scalar name: String) {
    switch name {
    case "double": self = .double
    case "float": self = .float
    case "int32": self = .int32
    case "int64": self = .int64
    case "uint32": self = .uint32
    case "uint64": self = .uint64
    case "sint32": self = .sint32
    case "sint64": self = .sint64
    case "fixed32": self = .fixed32
    case "fixed64": self = .fixed64
    case "sfixed32": self = .sfixed32
    case "sfixed64": self = .sfixed64
    case "bool": self = .bool
    case "string": self = .string
    case "bytes": self = .bytes
    default: return nil
    }
  }

  /// The whole numbers that fit; nil where the type holds no whole numbers.
  var integers: ClosedRange<Int>? {
    switch self {
    case .int32, .sint32, .sfixed32: Int(Int32.min)...Int(Int32.max)
    case .uint32, .fixed32: 0...Int(UInt32.max)
    case .int64, .sint64, .sfixed64: Int.min...Int.max
    // What exceeds Int is not met in any schema of Caffe, and refused.
    case .uint64, .fixed64: 0...Int.max
    default: nil
    }
  }
}
