import Layers
import Verification

/// What flags say of the inputs of a net: `NAME=text`, or a text alone for the only input.
struct InputArguments {
  private let net: NetRunner
  private let model: String

  /// - Parameter model: the path that messages name.
  init(_ net: NetRunner, model: String) {
    self.net = net
    self.model = model
  }

  /// The texts by input, or by what a layer makes that cannot be run.
  func named(_ arguments: [String]) throws -> [String: String] {
    let cuts = net.steps.filter(\.isCut).flatMap(\.tops)
    func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }
    var result: [String: String] = [:]
    for argument in arguments {
      // 'NAME=' is empty too: there is nothing to read.
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
        String.init)
      guard let text = parts.last, !text.isEmpty else {
        throw InputValuesError(
          path: model, problem: "an input has an empty value; give NAME=FILE or NAME=1,3,224,224")
      }
      let name = parts.count == 2 ? parts[0] : net.inputs.count == 1 ? net.inputs[0].name : ""
      guard net.inputs.contains(where: { $0.name == name }) || cuts.contains(name) else {
        let behind = cuts.isEmpty ? "" : ", and what cannot be computed here are \(list(cuts))"
        throw InputValuesError(
          path: model,
          problem:
            "the inputs of this net are \(list(net.inputs.map(\.name)))\(behind); give NAME=… for one of them"
        )
      }
      result[name] = text
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
