import CaffeIO
import Diagnostics
import RuleModel

/// Turns what a rule says of a field into fields as they are written.
struct FieldWriter {
  let schema: Schema
  let environment: MatchEnvironment

  /// The fields of a message; `path` leads to it from the layer.
  func fields(_ fields: [TemplateField], at path: [String] = []) throws(Refusal.Reason) -> [NewTextField] {
    var written: [NewTextField] = []
    for field in fields {
      let path = path + [field.name]
      guard let values = try values(of: field.value, at: path) else {
        throw Refusal.Reason(UnknownWithoutWeights(path.joined(separator: "."), environment))
      }
      written += values.map { NewTextField(name: field.name, value: $0) }
    }
    return written
  }

  /// The values of one field, several where it is repeated; nil when they depend on weights that this run does not have.
  func values(
    of value: Assignment.Value, at path: [String]
  ) throws(Refusal.Reason) -> [NewTextField.Value]? {
    switch value {
    case .expression(let expression): try values(of: .computed(expression), at: path)
    case .written(let value): try values(of: value, at: path)
    }
  }

  private func values(
    of value: TemplateField.Value, at path: [String]
  ) throws(Refusal.Reason) -> [NewTextField.Value]? {
    switch value {
    case .string(let string): return [try written(.string(Name(string)), at: path)]
    case .literal(let text):
      // The schema knows whether a word is a string or an enumeration's value.
      return [schema.layerField(at: path)?.type == .string ? .string(Name(text)) : .literal(text)]
    case .message(let inner):
      // Where its expressions gave empty lists nothing is left to say.
      let fields = try fields(inner, at: path)
      return fields.isEmpty && !inner.isEmpty ? [] : [.message(fields)]
    case .conditional(let value, let condition):
      guard let holds = try environment.truth(of: condition) else { return nil }
      return holds ? try values(of: value, at: path) : []
    case .list(let items):
      var all: [NewTextField.Value] = []
      for item in items {
        guard let values = try values(of: item, at: path) else { return nil }
        all += values
      }
      return all
    case .text(let parts):
      var text: Name = ""
      for part in parts {
        switch part {
        case .text(let plain): text = text + Name(plain)
        case .computed(let expression):
          guard let value = try environment.value(of: expression) else { return nil }
          switch value {
          case .string(let string): text = text + string
          default:
            guard case .literal(let literal) = try written(value, at: path) else {
              throw wrong(path, .text)
            }
            text = text + Name(literal)
          }
        }
      }
      return [.string(text)]
    case .computed(let expression):
      guard let value = try environment.value(of: expression) else { return nil }
      guard let items = value.items else { return [try written(value, at: path)] }
      var all: [NewTextField.Value] = []
      for item in items { all.append(try written(item, at: path)) }
      guard all.count <= 1 || schema.layerField(at: path)?.isRepeated ?? true else {
        throw wrong(path, .single(found: all.count))
      }
      return all
    }
  }

  /// The value of an expression as it is written into the definition.
  private func written(_ value: ExpressionValue, at path: [String]) throws(Refusal.Reason)
    -> NewTextField.Value
  {
    let type = schema.layerField(at: path)?.type
    switch value {
    case .boolean(let boolean):
      if let type, type != .bool { throw wrong(path, .type(type)) }
      return .literal(boolean ? "true" : "false")
    case .number(let number):
      guard number.isFinite else { throw wrong(path, .finite) }
      if let type, !type.holds(number) { throw wrong(path, .type(type)) }
      return .literal(Int(exactly: number).map(String.init) ?? String(number))
    case .string(let string):
      switch type {
      case .enum(let name):
        guard schema.enumeration(name)?.values.contains(where: { $0.name == string.text }) ?? true else {
          throw wrong(path, .type(.enum(name)))
        }
        return .literal(string.description)
      case nil, .string, .bytes: return .string(string)
      case let type?: throw wrong(path, .type(type))
      }
    default: throw wrong(path, .simple)
    }
  }

  private func wrong(_ path: [String], _ expected: WrongFieldValue.Expected) -> Refusal.Reason {
    Refusal.Reason(WrongFieldValue(path: path, expected: expected))
  }
}

extension ExpressionValue {
  /// The items of a list or vector.
  fileprivate var items: [ExpressionValue]? {
    switch self {
    case .list(let items): items
    case .tensor(let tensor) where tensor.shape.count == 1: tensor.values.map(ExpressionValue.number)
    default: nil
    }
  }
}

extension SchemaField.FieldType {
  /// Whether a finite number is a value of the type.
  fileprivate func holds(_ number: Double) -> Bool {
    switch self {
    case .double, .float: true
    case .int32, .sint32, .sfixed32, .enum: Int32(exactly: number) != nil
    case .int64, .sint64, .sfixed64: Int64(exactly: number) != nil
    case .uint32, .fixed32: UInt32(exactly: number) != nil
    case .uint64, .fixed64: UInt64(exactly: number) != nil
    case .bool, .string, .bytes, .message: false
    }
  }
}
