import Operators

/// The signatures, a line for each operator and, behind it, for each of its inputs and attributes; words with tabs between.
enum Signatures {
  static func write() {
    for name in OperatorRegistry.names {
      guard let signature = OperatorRegistry.signature(of: name) else { continue }
      print(line("operator", name, range(signature.opsets), signature.outputs.joined(separator: " ")))
      for input in signature.inputs {
        let presence = input.isVariadic ? "variadic" : input.isRequired ? "required" : "optional"
        print(
          line(
            "input", input.name, range(input.opsets), presence, input.types.map(\.word).joined(separator: " ")
          ))
      }
      for field in signature.attributes {
        print(line("attribute", field.name, range(field.opsets), "\(field.kind)", text(field.absence)))
      }
    }
  }

  private static func line(_ words: String...) -> String { words.joined(separator: "\t") }

  private static func range(_ opsets: ClosedRange<Int>) -> String {
    "\(opsets.lowerBound) \(opsets.upperBound)"
  }

  private static func text(_ absence: OperatorAttributeField.Absence) -> String {
    switch absence {
    case .error: "required"
    case .open: "open"
    case .value(.int(let value)): "\(value)"
    case .value(.float(let value)): "\(value)"
    case .value(.string(let value)): value
    case .value: "another"
    }
  }
}
