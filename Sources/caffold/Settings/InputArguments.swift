import Layers
import Verification

/// What flags say of the inputs of a net: `NAME=text`, or a text alone for the only input.
struct InputArguments {
  private let inputs: [String]
  /// What layers make that cannot be run.
  private let cuts: [String]
  private let model: String

  /// - Parameter model: the path that messages name.
  init(_ net: NetRunner, _ other: NetRunner, model: String) {
    var inputs = net.inputs.map(\.name)
    inputs += other.inputs.map(\.name).filter { !inputs.contains($0) }
    self.inputs = inputs
    cuts = net.steps.filter(\.isCut).flatMap(\.tops)
    self.model = model
  }

  /// The texts by input, or by what a layer makes that cannot be run.
  func named(_ arguments: [String]) throws -> [String: String] {
    func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }
    var result: [String: String] = [:]
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      let name = parts.count == 2 ? parts[0] : inputs.count == 1 ? inputs[0] : ""
      guard inputs.contains(name) || cuts.contains(name) else {
        let behind = cuts.isEmpty ? "" : ", and what cannot be computed here are \(list(cuts))"
        throw InputValuesError(
          path: model,
          problem:
            "the inputs of this net are \(list(inputs))\(behind); give NAME=… for one of them"
        )
      }
      result[name] = parts[parts.count - 1]
    }
    return result
  }

  /// The values of `--input-shape`: `1,3,224,224`.
  func shapes(_ arguments: [String]) throws -> [String: [Int]] {
    try named(arguments).mapValues { text in
      let sizes = text.split(separator: ",").map { Int($0) }
      guard !sizes.isEmpty, !sizes.contains(where: { ($0 ?? 0) < 1 }) else {
        throw InputValuesError(
          path: "--input-shape", problem: "expected sizes like 1,3,224,224, found '\(text)'")
      }
      return sizes.map { $0! }
    }
  }
}
