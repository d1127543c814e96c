import Rules

/// Holds a rewrite to what the net gives: the same outputs, under the same names.
struct OutputCheck {
  private let values: Set<ValueID>
  private let before: Set<String>

  /// Notes the outputs among what the layers of a match read and make.
  init(_ graph: NetGraph, around binding: Binding) {
    var values: Set<ValueID> = []
    for layer in binding.allLayers {
      values.formUnion(graph[layer].bottoms)
      values.formUnion(graph[layer].tops)
    }
    self.values = values
    before = Self.outputs(values, in: graph)
  }

  /// Compares with the outputs after the rewrite, those of new layers included.
  ///
  /// - Throws: a refusal for an output that is gone, and for one that came; not for rules that allow it.
  func check(_ graph: NetGraph, added: [LayerID], rule: Rule) throws(Refusal.Reason) {
    guard !rule.allowances.contains(.netOutput) else { return }
    let after = Self.outputs(values.union(added.flatMap { graph[$0].tops }), in: graph)
    if let lost = before.subtracting(after).min() { throw .lostOutput(blob: lost) }
    if let new = after.subtracting(before).min() { throw .newOutput(blob: new) }
  }

  private static func outputs(_ values: Set<ValueID>, in graph: NetGraph) -> Set<String> {
    // What an input is called that nobody reads is no matter: it was given, not computed.
    Set(values.filter { graph.isNetOutput($0) && graph[$0].producer != nil }.map(graph.blobName))
  }
}
