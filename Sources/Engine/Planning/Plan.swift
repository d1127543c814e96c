import CaffeIO
import Diagnostics
import RuleModel

/// What will be written, decided completely before anything is.
package struct Plan: Sendable {
  /// The rewrites, in the order they were made; each may build on those before it.
  package var rewrites: [RewriteRecord]
  /// For every layer that stays although a selected rule could have removed its like: the nearest miss.
  package var refusals: [Refusal]
  /// The near misses that `nearMisses` words.
  var misses: Misses
  /// Layers that the phase or the stages leave out and that are used all the same.
  package var borrowed: [BorrowedSource]
  /// Matches that were lost to rules that go first; only with `PlanOptions.recordsOverlaps`.
  package var overlaps: [Overlap]
  /// The user's rules that rewrote nothing.
  package var idleRules: [IdleRule]
  /// Things the user should know.
  package var warnings: [Warning]
  /// The net as it will be.
  package var graph: NetGraph
  /// What is known of its layers by their parameters.
  var descriptions: DescribedLayers
  /// Layers by type before, those of the phase and those it excludes.
  package var typesBefore: [String: Int]
  /// Layers by type afterwards.
  package var typesAfter: [String: Int]

  /// All near misses, for those who want to see every rule's reason; made anew each time.
  package var nearMisses: [Refusal] { misses.all(in: graph) }
}

/// A rule that rewrote nothing.
package struct IdleRule: Sendable {
  /// The rule's id.
  package var rule: String
  /// The nearest miss; nil where no layer was one that the rule's search begins at.
  package var refusal: Refusal?
  /// The types of layers that its search begins at; empty for any.
  package var types: [String]
  /// Whether the net has layers of one of these types.
  package var hasTypes: Bool
}

/// What one rewrite of the plan does.
package struct RewriteRecord: Sendable {
  /// The rule's id.
  package var rule: String
  /// What the rule promises.
  package var safety: Rule.Safety
  /// The largest relative difference that the rule allows; nil where it states none.
  package var tolerance: Double?
  /// The matched layers, by capture, as they were named; a capture that is a list occurs for each of its layers.
  package var layers: [(capture: String, layer: LayerID, name: Name, type: String)]
  /// The layer the search began at.
  package var anchor: LayerID
  /// Layers that stay, changed.
  package var kept: [LayerID]
  /// Layers that are gone; `added` may have taken their place.
  package var removed: [LayerID]
  /// Layers that became another one where they stand.
  package var replaced: [LayerID]
  /// Layers that the net did not have. Whoever read a value before reads the same value of the graph afterwards,
  /// whichever layer makes it then.
  package var added: [LayerID] = []
  /// Layers that stay under another name.
  package var renamed: [(layer: LayerID, from: Name, to: Name)] = []
  /// Layers that stay and give what they make another name.
  package var renamedTops: [LayerID] = []
  /// Parameters that are not written any more, by their path in the layer.
  package var cleared: [(layer: LayerID, path: [String])] = []
  /// What the user should know of it.
  package var warnings: [Warning]
  /// What changes on the layers that stay; only with `PlanOptions.describesChanges`.
  package var changes: [RewriteChange] = []

  /// The layers that it changed: a conversion is answerable for no others.
  package func changed(in graph: NetGraph) -> [LayerID] {
    let stayed = kept.filter { layer in
      graph[layer].isAlive
        && graph.changes[layer].map { $0.blobs != nil || !$0.attributes.isEmpty || $0.replacement != nil }
          ?? false
    }
    return stayed + renamedTops + removed + replaced + added
  }

  /// All layers that it looked at or changed.
  package var touched: [LayerID] { layers.map(\.layer) + added }
}

/// One rewrite of a cycle.
package struct CycleStep: Sendable, Equatable {
  /// The rule's id.
  package var rule: String
  /// The layer that its search began at.
  package var layer: Name
}

/// What stops a plan as a whole.
package enum PlanError: Error, Sendable, Equatable {
  /// A rule that does not make the net smaller matched a layer that it has rewritten before; the rewrites since
  /// then that had to do with it, its own first.
  case cycle([CycleStep])
  /// New layers are made of new layers without end: the rules that make them, and the last one made.
  case growth(rules: [String], layer: Name, limit: Int)
  /// Rules have made more layers than a net of this size may get; the rule that made the last one, and its name.
  case newLayers(limit: Int, rule: String, layer: Name)
  /// A parameter that a rule read has a value of the wrong kind.
  case malformed(NetError)
  /// A blob name would stand for another value than before: a defect of the engine, caught before it writes.
  case wrongConnection(layer: Name, blob: Name)
}
