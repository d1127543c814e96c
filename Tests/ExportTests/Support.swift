import CaffeIO
import Definitions
import Diagnostics
import Engine
import Export
import RuleModel
import Rules
import Verification

/// The graph of a net without weights.
func lowered(
  _ net: String, definitions: String? = nil, opset: Int = 17, shapes: [Name: [Int]] = [:],
  keepsUnknown: Bool = false, nativeTypes: TypePattern? = nil
) throws -> LoweredNet {
  let definition = try NetDefinition(
    TextDocument(SourceText(path: "net.prototxt", bytes: Array(net.utf8))))
  let own = try definitions.map(typeDefinitions)
  var options = NetLowering.Options()
  options.opset = opset
  options.shapes = shapes
  options.keepsUnknown = keepsUnknown
  options.nativeTypes = nativeTypes
  let working = WorkingNet(
    try NetGraph(definition, state: NetState(phase: .test)), weights: nil,
    layouts: try BuiltinRules.load().layouts + (own ?? []).map { BlobLayout($0) })
  var lowering = NetLowering(
    working, weights: nil, definitions: DefinitionSet(adding: own ?? []), options: options)
  return try lowering.lower()
}

/// The definitions of a rule file.
func typeDefinitions(_ text: String) throws -> [TypeDefinition] {
  try RuleFile(
    SourceText(path: "own.yaml", bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
    reasons: Refusal.Reason.codes, operators: OperatorForm.all
  ).definitions
}
