import CaffeIO
import CaffoldKit
import Diagnostics

/// One model of a batch: what is read and where the result goes.
struct BatchModel {
  /// The inputs; no weights with `--definition-only`.
  var files: ModelFiles
  /// Where the net definition lies below the folder of the batch: `deep/`; empty for one in the folder itself, and for one elsewhere.
  var place: String
  /// The folder for the outputs, which keep the names of the inputs.
  var folder: String
  /// The page about the fold; nil where none is asked for.
  var page: String?

  /// The paths of the inputs.
  var inputs: [String] { [files.model, files.weights].compactMap(\.self) }

  /// The paths of the outputs: the net, and the page.
  var outputs: [String] {
    inputs.map { Files.join(folder, Files.split($0).name) } + [page].compactMap(\.self)
  }

  /// Where it is noted what the outputs were made from: hidden, beside them.
  var stamp: String { Files.join(folder, Self.stampName(of: Files.split(files.model).name)) }

  /// The name of that file for a net definition of this name.
  static func stampName(of definition: String) -> String { ".\(definition).caffold" }
}

/// The models of a batch, from a folder or a list.
enum BatchList {
  /// - Parameters:
  ///   - path: a folder, searched with those in it for net definitions with weights beside them (`pairs`); or a
  ///     list, a model per line: the definition and, behind a tab, the weights.
  ///   - output: the folder for all results; models keep their places below it.
  ///   - pages: the folder for a page about each fold; the pages keep the models' places below it.
  ///   - definitionOnly: take the definitions alone.
  static func read(
    _ path: String, output: String, pages: String? = nil, definitionOnly: Bool
  ) throws -> [BatchModel] {
    var seen: Set<Files.Identity> = []
    var models =
      try Files.isFolder(path)
      ? withoutResults(search(path, place: "", output, definitionOnly, &seen), path, output)
      : list(path, output, definitionOnly)
    guard !models.isEmpty else { throw BatchError.noModels(path: path, definitionOnly: definitionOnly) }
    if let pages {
      for index in models.indices {
        let name = Files.split(models[index].files.model).name
        models[index].page = Files.join(
          pages, models[index].place + Files.withExtension(of: "page.html", name))
      }
    }
    var makers: [String: String] = [:]
    for model in models {
      for file in model.outputs {
        if let other = makers.updateValue(model.files.model, forKey: file) {
          throw BatchError.sameOutput(model.files.model, other, output: file)
        }
      }
    }
    return models
  }

  /// The models without the results of an earlier batch, which have a stamp beside them. All models stay if every model has a stamp,
  /// or if the batch replaces its inputs.
  private static func withoutResults(_ models: [BatchModel], _ folder: String, _ output: String)
    -> [BatchModel]
  {
    guard !Files.isSame(folder, output) else { return models }
    let own = models.filter { model in
      let (folder, name) = Files.split(model.files.model)
      return !Files.exists(Files.join(folder, BatchModel.stampName(of: name)))
    }
    return own.isEmpty ? models : own
  }

  /// The files of a folder without the results of folds in that folder: `net_inference.prototxt` beside `net.prototxt`.
  private static func withoutFolded(_ files: [String]) -> [String] {
    let made = Set(files.map { Files.inserting("_inference", beforeExtensionOf: $0) })
    return files.filter { !made.contains($0) }
  }

  private static func search(
    _ folder: String, place: String, _ output: String, _ definitionOnly: Bool,
    _ seen: inout Set<Files.Identity>
  ) throws -> [BatchModel] {
    // A link can lead back up, or to what another one leads to.
    guard let identity = Files.identity(of: folder), seen.insert(identity).inserted else { return [] }
    var models: [BatchModel] = []
    let names = try Files.list(folder).filter { !$0.hasPrefix(".") }.sorted()
    let (folders, files) = (
      names.filter { Files.isFolder(Files.join(folder, $0)) },
      withoutFolded(names.filter { !Files.isFolder(Files.join(folder, $0)) })
    )
    let found = definitionOnly ? definitions(files).map { ($0, nil) } : pairs(files)
    for (definition, weights) in found {
      models.append(
        BatchModel(
          files: ModelFiles(
            model: Files.join(folder, definition), weights: weights.map { Files.join(folder, $0) }),
          place: place, folder: place.isEmpty ? output : Files.join(output, String(place.dropLast()))))
    }
    if found.isEmpty, let weights = files.first(where: isWeights), !definitions(files).isEmpty {
      let unclear = BatchError.unclear(weights: Files.join(folder, weights), definitions(files))
      Console.error(unclear.diagnostic)
    }
    for name in folders {
      let path = Files.join(folder, name)
      // Results of an earlier run below the same folder are no models of this one.
      if Files.isSame(path, output) { continue }
      models += try search(path, place: "\(place)\(name)/", output, definitionOnly, &seen)
    }
    return models
  }

  private static func definitions(_ files: [String]) -> [String] {
    files.filter { $0.hasSuffix(".prototxt") }
  }

  private static func isWeights(_ file: String) -> Bool { file.hasSuffix(".caffemodel") }

  /// The net definitions among the files of a folder that have weights there: those of the same name; where there
  /// are none and the folder has one weights file, `deploy.prototxt`, its only definition, or its only one called
  /// `deploy…`.
  static func pairs(_ files: [String]) -> [(definition: String, weights: String?)] {
    let definitions = definitions(files)
    let named = definitions.filter { files.contains(weightsBeside($0)) }
    if !named.isEmpty { return named.map { ($0, weightsBeside($0)) } }
    let weights = files.filter(isWeights)
    let choices = [["deploy.prototxt"], definitions, definitions.filter { $0.hasPrefix("deploy") }]
    guard weights.count == 1,
      let choice = choices.first(where: { $0.count == 1 && definitions.contains($0[0]) })
    else { return [] }
    return [(choice[0], weights[0])]
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
        files: ModelFiles(model: definition, weights: definitionOnly ? nil : weights), place: place,
        folder: place.isEmpty ? output : Files.join(output, String(place.dropLast())))
    }
  }

  /// The models as a list that `read` reads, if it lies in the folder of the batch: paths begin there.
  static func text(_ models: [BatchModel], of path: String) -> String {
    let base = Files.isFolder(path) ? path : Files.split(path).folder
    let prefix = base.isEmpty || base.hasSuffix("/") ? base : base + "/"
    return models.map { model in
      model.inputs.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }.joined(
        separator: "\t") + "\n"
    }.joined()
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
  /// An output that is the input of another model.
  case otherInput(String, output: String, other: String)
  /// Stops nothing: weights whose net definition cannot be told.
  case unclear(weights: String, [String])

  var diagnostic: Diagnostic {
    switch self {
    case .noModels(let path, let definitionOnly):
      let wanted =
        definitionOnly
        ? "'.prototxt' files"
        : "'.prototxt' files that have a '.caffemodel' of the same name, or a folder's only one, beside them"
      return Diagnostic(
        .error, at: .file(path), "no models here: expected a list of them, or a folder with \(wanted)")
    case .unclear(let weights, let definitions):
      return Diagnostic(
        .warning, at: .file(weights),
        "left out: which net definition belongs to it cannot be told from \(Format.names(definitions)); give a list with both"
      )
    case .otherInput(let model, let output, let other):
      return Diagnostic(
        .error, at: .file(model),
        "would be written to '\(output)', which is an input of '\(other)'; choose another folder with -o")
    case .sameOutput(let model, let other, let output):
      return Diagnostic(
        .error, at: .file(model),
        "would be written to '\(output)', as '\(other)' would; put them into different folders")
    }
  }
}
