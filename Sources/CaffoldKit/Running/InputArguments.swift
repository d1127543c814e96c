import Diagnostics
import Layers
import Verification

/// What flags say of the inputs of a net: `NAME=text`, or a text alone for the only input.
struct InputArguments {
  private let inputs: [Name]
  /// What layers make that cannot be run.
  private let cuts: [Name]
  private let model: String

  /// - Parameter model: the path that messages name.
  init(_ net: NetRunner, _ other: NetRunner, model: String) {
    let own = Set(net.inputs.map(\.name))
    inputs = net.inputs.map(\.name) + other.inputs.map(\.name).filter { !own.contains($0) }
    cuts = net.steps.filter(\.isCut).flatMap(\.tops)
    self.model = model
  }

  /// Those of something else than a net of layers, by its inputs.
  init(_ inputs: [Name], model: String) {
    self.inputs = inputs
    cuts = []
    self.model = model
  }

  /// The input, or what a layer makes that cannot be run, of a name as messages show it; nil where there is none.
  func known(_ text: String) -> Name? {
    let known = inputs + cuts
    return known.first { $0 == Name(text) } ?? known.first { $0.text == nil && $0.description == text }
  }

  /// Whether the name of an argument is known; so is an argument without a name.
  func knows(_ argument: String) -> Bool {
    guard let end = argument.firstIndex(of: "=") else { return true }
    return known(String(argument[..<end])) != nil
  }

  /// The texts by input, or by what a layer makes that cannot be run.
  func named(_ arguments: [String]) throws -> [Name: String] {
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
      let name = parts.count < 2 ? inputs.count == 1 ? inputs[0] : nil : known(parts[0])
      guard let name else {
        let behind = cuts.isEmpty ? "" : ", and what cannot be computed here are \(list(cuts))"
        let own = inputs.isEmpty ? "this net has no inputs" : "the inputs of this net are \(list(inputs))"
        let remedy = inputs.isEmpty && cuts.isEmpty ? "" : "; give NAME=… for one of them"
        throw InputValuesError(path: model, problem: own + behind + remedy)
      }
      result[name] = text
    }
    return result
  }

  /// The values of `--input-shape`: `1,3,224,224`.
  func shapes(_ arguments: [String]) throws -> [Name: [Int]] {
    try named(arguments).mapValues { text in
      let sizes = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      guard !sizes.isEmpty, !sizes.contains(where: { ($0 ?? 0) < 1 }) else {
        throw InputValuesError(
          path: "--input-shape", problem: "expected sizes like 1,3,224,224, found '\(text)'")
      }
      return sizes.map { $0! }
    }
  }
}

extension SampledInputs {
  /// The inputs that flags give, and random ones for the rest.
  ///
  /// - Parameter model: the path that messages name.
  init(_ options: InputOptions, _ names: InputArguments, model: String) throws {
    self.init()
    seed = options.seed
    shapes = try names.shapes(options.shapes)
    given = try InputFiles.values(options.values, names, model: model)
  }
}
