import CaffeIO
import Diagnostics
import RuleModel
import Rules

/// What the user's files say about layers: the fields of their fork, fields that are harmless, blob layouts, and definitions. Without
/// such files the executor's own knowledge must do.
struct LayerKnowledge {
  let schema: Schema
  let layouts: [BlobLayout]
  let definitions: [TypeDefinition]

  init(schema: Schema, layouts: [BlobLayout], definitions: [TypeDefinition]) {
    self.schema = schema
    self.layouts = layouts
    self.definitions = definitions
  }

  init(_ options: RunOptions, _ observer: RunObserver) throws {
    let schemas = try ForkSchemas(options.protos, observer)
    guard !options.rules.files.isEmpty else {
      schema = schemas.schema
      layouts = []
      definitions = []
      return
    }
    let files = try RuleLoader.files(options.rules, fields: schemas.fields)
    schema = schemas.schema(with: files)
    layouts = try RuleLoader.loadAll(options.rules, files: files).layouts
    definitions = files.definitions
  }
}
