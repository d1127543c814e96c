import Diagnostics
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
  func named(_ arguments: [String]) throws -> [Name: String] {
    let cuts = net.steps.filter(\.isCut).flatMap(\.tops)
    func list(_ names: [Name]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }
    var result: [Name: String] = [:]
    for argument in arguments {
      // 'NAME=' is empty too: there is nothing to read.
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
        String.init)
      guard let text = parts.last, !text.isEmpty else {
        throw InputValuesError(
          path: model, problem: "an input has an empty value; give NAME=FILE or NAME=1,3,224,224")
      }
      let known = net.inputs.map(\.name) + cuts
      // A name that is not UTF-8 is written as messages show it.
      let name =
        parts.count < 2
        ? net.inputs.count == 1 ? net.inputs[0].name : nil
        : known.first { $0 == Name(parts[0]) } ?? known.first { $0.text == nil && $0.description == parts[0] }
      guard let name else {
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
  func shapes(_ arguments: [String]) throws -> [Name: [Int]] {
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
