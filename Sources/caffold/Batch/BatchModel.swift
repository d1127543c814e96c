import CaffeIO
import Diagnostics

/// One model of a batch: what is read and where the result goes.
struct BatchModel {
  /// The net definition.
  var definition: String
  /// The weights; nil with `--definition-only`.
  var weights: String?
  /// The folder for the outputs, which keep the names of the inputs.
  var folder: String

  /// The outputs.
  var outputs: [String] {
    ([definition] + (weights.map { [$0] } ?? [])).map { Files.join(folder, Files.split($0).name) }
  }

  /// Where it is noted what the outputs were made from: hidden, beside them.
  var stamp: String { Files.join(folder, ".\(Files.split(definition).name).caffold") }
}

/// The models of a batch, from a folder or a list.
enum BatchList {
  /// - Parameters:
  ///   - path: a folder, searched with those in it for net definitions that have weights of the same name
  ///     beside them; or a list, a model per line: the definition and, behind a tab, the weights.
  ///   - output: the folder for all results; models keep their places below it.
  ///   - definitionOnly: take the definitions alone.
  static func read(_ path: String, output: String, definitionOnly: Bool) throws -> [BatchModel] {
    let models =
      try Files.isFolder(path)
      ? search(path, output, definitionOnly) : list(path, output, definitionOnly)
    guard !models.isEmpty else { throw BatchError.noModels(path: path, definitionOnly: definitionOnly) }
    var makers: [String: String] = [:]
    for model in models {
      for file in model.outputs {
        if let other = makers.updateValue(model.definition, forKey: file) {
          throw BatchError.sameOutput(model.definition, other, output: file)
        }
      }
    }
    return models
  }

  private static func search(
    _ folder: String, _ output: String, _ definitionOnly: Bool
  ) throws -> [BatchModel] {
    var models: [BatchModel] = []
    for name in try Files.list(folder).sorted() where !name.hasPrefix(".") {
      let path = Files.join(folder, name)
      if Files.isFolder(path) {
        // Results of an earlier run below the same folder are no models of this one.
        if !Files.isSame(path, output) {
          models += try search(path, Files.join(output, name), definitionOnly)
        }
      } else if name.hasSuffix(".prototxt") {
        let weights = weightsBeside(path)
        guard definitionOnly || Files.exists(weights) else { continue }
        models.append(
          BatchModel(definition: path, weights: definitionOnly ? nil : weights, folder: output))
      }
    }
    return models
  }

  private static func list(
    _ path: String, _ output: String, _ definitionOnly: Bool
  ) throws -> [BatchModel] {
    let text = String(decoding: try Files.read(path), as: UTF8.self)
    let folder = Files.split(path).folder
    return text.split(whereSeparator: \.isNewline).compactMap { line in
      guard !line.hasPrefix("#"), line.contains(where: { !$0.isWhitespace }) else { return nil }
      let parts = line.split(separator: "\t").map(String.init)
      let definition = Files.resolve(parts[0], from: folder)
      let weights = parts.count > 1 ? Files.resolve(parts[1], from: folder) : weightsBeside(definition)
      // Paths of the list that lie below its folder keep their places.
      let isBelow = !parts[0].hasPrefix("/") && !parts[0].split(separator: "/").contains("..")
      let place = isBelow ? Files.split(parts[0]).folder : ""
      return BatchModel(
        definition: definition, weights: definitionOnly ? nil : weights,
        folder: place.isEmpty ? output : Files.join(output, String(place.dropLast())))
    }
  }

  private static func weightsBeside(_ definition: String) -> String {
    let suffix = ".prototxt"
    let stem = definition.hasSuffix(suffix) ? String(definition.dropLast(suffix.count)) : definition
    return stem + ".caffemodel"
  }
}

/// What makes a whole batch impossible.
enum BatchError: DiagnosticError {
  case noModels(path: String, definitionOnly: Bool)
  case sameOutput(String, String, output: String)

  var diagnostic: Diagnostic {
    switch self {
    case .noModels(let path, let definitionOnly):
      let wanted =
        definitionOnly ? "'.prototxt' files" : "'.prototxt' files with a '.caffemodel' of the same name"
      return Diagnostic(
        .error, at: .file(path), "no models here: expected a list of them, or a folder with \(wanted)")
    case .sameOutput(let model, let other, let output):
      return Diagnostic(
        .error, at: .file(model),
        "would be written to '\(output)', as '\(other)' would; put them into different folders")
    }
  }
}
