import CaffoldKit
import JSON

/// Inputs and outputs of a net, as reports have them.
enum ValueLines {
  /// `input: 'data' 1×3×224×224`, a line for each.
  static func lines(_ role: String, _ values: [InspectResult.Value]) -> [String] {
    values.map { "\(role): '\(Format.name($0.name))' \(Format.shape($0.shape))" }
  }

  static func json(_ value: InspectResult.Value) -> JSONValue {
    .object([
      ("name", .name(value.name)),
      ("shape", value.shape.map { .array($0.map(JSONValue.integer)) } ?? .null),
    ])
  }
}
