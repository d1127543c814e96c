import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules
import Testing
import Verification

/// The net of a prototxt text.
func graph(_ text: String, _ state: NetState = NetState(phase: .test)) throws -> NetGraph {
  try NetGraph(
    NetDefinition(TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8)))), state: state)
}

/// A layer as text: `layer("bn", "BatchNorm", "conv", "conv")`.
func layer(_ name: String, _ type: String, _ bottom: String?, _ top: String, _ rest: String = "") -> String {
  let read = bottom.map { "bottom: \"\($0)\" " } ?? ""
  return "layer { name: \"\(name)\" type: \"\(type)\" \(read)top: \"\(top)\" \(rest) }\n"
}

/// A convolution as text.
func convolution(_ name: String, _ bottom: String, _ top: String, _ parameters: String = "") -> String {
  layer(name, "Convolution", bottom, top, "convolution_param { num_output: 2 kernel_size: 1 \(parameters) }")
}

/// A plan by the built-in rules, or by those of a rule text.
func plan(
  _ text: String, rules: String? = nil, select: [String] = [], options: PlanOptions = PlanOptions(),
  state: NetState = NetState(phase: .test)
) throws -> Plan {
  let builtin = try BuiltinRules.load()
  var all = builtin.rules
  var layouts = builtin.layouts
  if let rules {
    let file = try RuleFile(
      SourceText(path: "my.yaml", bytes: Array(rules.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes)
    all = file.rules
    layouts += file.layouts
  }
  var selection = RuleSet.Selection()
  selection.select = select
  let set = try RuleSet(all, layouts: layouts, selection: selection)
  return try Planner.plan(try graph(text, state), weights: nil, rules: set, options: options)
}

extension Plan {
  /// The net's text after the plan.
  var text: String { String(decoding: DefinitionEmitter.text(of: graph), as: UTF8.self) }
  /// The layers left, by name.
  var names: [Name] { graph.writtenLayers.map { graph[$0].name } }
  /// The reasons at a layer.
  func reasons(at name: Name) -> [String] {
    refusals.filter { $0.layer.name == name }.map(\.sentence)
  }
}
