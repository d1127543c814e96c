import Diagnostics
import RuleModel

/// Holds a rewrite to what the net gives: the same outputs, under the same names.
struct OutputCheck {
  /// What the layers of a match read and make; some more than once.
  private var values: [ValueID] = []
  private let before: [Name]

  /// Notes the outputs among what the layers of a match read and make.
  init(_ graph: NetGraph, around binding: Binding) {
    for layer in binding.allLayers {
      values += graph.layers[layer.index].bottoms
      values += graph.layers[layer.index].tops
    }
    before = Self.outputs(values, in: graph)
  }

  /// Compares with the outputs after the rewrite, those of new layers included.
  ///
  /// - Throws: a refusal for an output that is gone, and for one that came; not for rules that allow it.
  func check(_ graph: NetGraph, added: [LayerID], rule: PlannedRule) throws(Refusal.Reason) {
    guard !rule.rule.allowances.contains(.netOutput) else { return }
    var after = Self.outputs(values, in: graph)
    for layer in added { after += Self.outputs(graph.layers[layer.index].tops, in: graph) }
    // As a rule there are none.
    guard after != before else { return }
    if let lost = Set(before).subtracting(after).min() { throw Refusal.Reason(LostOutput(blob: lost)) }
    if let new = Set(after).subtracting(before).min() { throw Refusal.Reason(NewOutput(blob: new)) }
  }

  private static func outputs(_ values: [ValueID], in graph: NetGraph) -> [Name] {
    var names: [Name] = []
    // What an input is called that nobody reads is no matter: it was given, not computed.
    for value in values where graph.isNetOutput(value) && graph.values[value.index].producer != nil {
      names.append(graph.blobName(of: value))
    }
    return names
  }
}
