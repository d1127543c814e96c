import CaffeIO
import CaffoldKit
import Diagnostics
import JSON

/// What the process of one model is asked to do; it comes as JSON on its standard input.
struct BatchRequest {
  var model: ModelFiles
  var options: RunOptions
  /// Of these, what a batch can ask for: the folder, the page, the replacing of inputs, a dry run, the verification, the number type.
  var outputs: OutputOptions

  private static let keys = [
    "model", "weights", "folder", "report", "force", "dryRun", "verify", "numbers", "options",
  ]

  var json: JSONValue {
    .object([
      ("model", .string(model.model)),
      ("weights", model.weights.map(JSONValue.string) ?? .null),
      ("folder", outputs.folder.map(JSONValue.string) ?? .null),
      ("report", outputs.report.map(JSONValue.string) ?? .null),
      ("force", .boolean(outputs.mayReplaceInputs)),
      ("dryRun", .boolean(outputs.isDryRun)),
      ("verify", outputs.verification.map { .array($0.inputShapes.map(JSONValue.string)) } ?? .null),
      ("numbers", outputs.numbers.map { .string($0.rawValue) } ?? .null),
      ("options", options.json),
    ])
  }

  init(model: ModelFiles, options: RunOptions, outputs: OutputOptions) {
    self.model = model
    self.options = options
    self.outputs = outputs
  }

  /// Reads what `json` wrote.
  init(reading source: SourceText) throws {
    let object = try JSONParser.parse(source).object(for: "request", keys: Self.keys)
    func text(_ key: String) throws(JSONError) -> String? {
      try object.required(key).optional { node throws(JSONError) in try node.string(for: key) }
    }
    model = ModelFiles(
      model: try object.required("model").string(for: "model"), weights: try text("weights"))
    options = try RunOptions(reading: object.required("options"))
    outputs = OutputOptions()
    outputs.folder = try text("folder")
    outputs.report = try text("report")
    outputs.mayReplaceInputs = try object.required("force").boolean(for: "force")
    outputs.isDryRun = try object.required("dryRun").boolean(for: "dryRun")
    outputs.verification = try object.required("verify").optional { node throws(JSONError) in
      var verification = VerificationOptions()
      verification.inputShapes = try node.strings(for: "verify")
      return verification
    }
    outputs.numbers = try text("numbers").flatMap(WeightNumbers.init)
  }
}
