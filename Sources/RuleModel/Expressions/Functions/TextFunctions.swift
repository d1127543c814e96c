import Diagnostics

extension ExpressionFunction {
  /// Functions of texts, such as names.
  static let texts: [ExpressionFunction] = [
    ExpressionFunction(
      "replace", .texts, [.required("text"), .required("old"), .required("new")],
      "the text with `new` in the place of every `old`",
      .operands(
        type: { (types) throws(ExpressionError) in
          for index in 0..<3 where !ExpressionType.string.accepts(types[index]) {
            throw types.call.refusal(index, .string, types[index])
          }
          return .string
        },
        value: { (_, values, _) throws(ExpressionError) in
          guard case .string(let text) = values[0], case .string(let old) = values[1],
            case .string(let new) = values[2]
          else { throw values.call.refusal(0, .string, values[0].type) }
          return .string(text.replacing(old, with: new))
        }))
  ]
}

extension Name {
  /// The name with `new` in the place of every `old`, from the first on; an empty `old` is nowhere.
  fileprivate func replacing(_ old: Name, with new: Name) -> Name {
    let (bytes, old, new) = (bytes, old.bytes, new.bytes)
    guard !old.isEmpty else { return self }
    var result: [UInt8] = []
    var position = 0
    while position < bytes.count {
      if bytes[position...].starts(with: old) {
        result += new
        position += old.count
      } else {
        result.append(bytes[position])
        position += 1
      }
    }
    return Name(bytes: result)
  }
}
