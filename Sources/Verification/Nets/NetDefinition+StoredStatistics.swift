import CaffeIO
import Diagnostics

extension NetDefinition {
  /// The same net without `use_global_stats: false`: what a fold of stored statistics is to be held against.
  package func usingStoredStatistics() throws -> NetDefinition {
    var editor = TextEditor(document)
    for layer in layers {
      for parameters in layer.parameters.all("batch_norm_param") {
        for field in parameters.message?.all("use_global_stats") ?? [] {
          editor.set(field, toLiteral: "true")
        }
      }
    }
    return try NetDefinition(
      TextDocument(SourceText(path: document.source.path, bytes: editor.edited())))
  }
}
