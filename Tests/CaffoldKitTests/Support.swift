import CaffeIO
import Diagnostics
import Engine

/// The net of a prototxt text.
func graph(_ text: String) throws -> NetGraph {
  try NetGraph(
    NetDefinition(TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8)))),
    state: NetState(phase: .test))
}

/// A layer as text: `layer("bn", "BatchNorm", "conv", "conv")`.
func layer(_ name: String, _ type: String, _ bottom: String, _ top: String, _ rest: String = "") -> String {
  "layer { name: \"\(name)\" type: \"\(type)\" bottom: \"\(bottom)\" top: \"\(top)\" \(rest) }\n"
}

/// A convolution as text.
func convolution(_ name: String, _ bottom: String, _ top: String, _ parameters: String = "") -> String {
  layer(name, "Convolution", bottom, top, "convolution_param { num_output: 2 kernel_size: 1 \(parameters) }")
}

extension Plan {
  /// The net's text after the plan.
  var text: String { String(decoding: DefinitionEmitter.text(of: graph), as: UTF8.self) }
}
