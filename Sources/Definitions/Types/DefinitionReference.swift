import Layers
import Operators
import RuleModel

/// The tables about definitions in the documentation, made from what they describe.
package enum DefinitionReference {
  /// The operators in Markdown: what each takes and computes.
  package static var operators: String {
    var lines = ["| operator | inputs | attributes | value |", "|---|---|---|---|"]
    for signature in OperatorRegistry.descriptions.map({ $0.signature }).sorted(by: { $0.name < $1.name }) {
      let form = OperatorForm.all.first { $0.name == signature.name }
      let inputs = signature.inputs.filter { $0.opsets.contains(OperatorSignature.opsets.upperBound) }.map {
        input in
        input.isVariadic ? "\(input.name)…" : input.isRequired ? input.name : "\(input.name)?"
      }
      let attributes = (form?.attributes.keys.sorted() ?? []).map { "`\($0)`" }
      // A bar would end the cell.
      let summary = signature.summary.split(separator: "|", omittingEmptySubsequences: false).joined(
        separator: "\\|")
      lines.append(
        "| `\(signature.name)` | \(inputs.joined(separator: ", ")) | \(attributes.joined(separator: ", ")) | \(summary) |"
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The layer types that have a definition, in Markdown: what each computes and the operators that it may become.
  ///
  /// - Throws: a `DiagnosticError` for built-in definitions that are wrong.
  package static func layers() throws -> String {
    let set = DefinitionSet()
    var lines = ["| layer type | value | operators |", "|---|---|---|"]
    for type in set.typesInOperators {
      guard let definition = set.inOperators(ofType: type).first else { continue }
      let others = (LayerRegistry.facts(ofType: type)?.names ?? []).filter {
        $0 != type && !set.typesInOperators.contains($0)
      }
      let names = ([type] + others).map { "`\($0)`" }.joined(separator: ", ")
      let operators = Set(definition.steps.flatMap(\.operators).map(\.name)).subtracting(["Identity"])
        .sorted()
      let made =
        definition.isConstant ? "a constant" : operators.isEmpty ? "none" : operators.joined(separator: ", ")
      lines.append("| \(names) | \(definition.summary) | \(made) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The layer types that Caffe layers can take the place of, in Markdown: what each computes and the layers that it may become.
  ///
  /// - Throws: a `DiagnosticError` for built-in definitions that are wrong.
  package static func expansions() throws -> String {
    let set = DefinitionSet()
    var lines = ["| layer type | value | Caffe layers |", "|---|---|---|"]
    var written: Set<String> = []
    for type in set.types {
      for definition in set.inLayers(ofType: type) {
        guard written.insert(definition.place.description).inserted else { continue }
        let names = definition.types.sorted().map { "`\($0)`" }.joined(separator: ", ")
        var parts: [String] = []
        for part in definition.steps.flatMap(\.layers).map(\.type) where !parts.contains(part) {
          parts.append(part)
        }
        lines.append("| \(names) | \(definition.summary) | \(parts.joined(separator: ", ")) |")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
