import CaffeIO
import RuleModel

/// Layers that share parameters are rewritten together or not at all.
///
/// The branches of a siamese net share all their blobs: what one branch folds into a shared blob, each must fold. The fold is
/// exact where the layers that go are the same in every branch, field by field, and share their blobs too.
extension Planner {
  /// How many branches that share parameters are rewritten together at most.
  static let branchLimit = 64

  /// The matches of a rule at all layers that share parameters with a match that sharing alone refused; nil where one of them
  /// has no such match.
  func sharers(of rule: PlannedRule, at layer: LayerID, after miss: Miss) -> [Binding]? {
    let graph = net.graph
    guard !graph.parameterSharers.isEmpty, miss.isComplete,
      miss.reason(of: rule, at: layer, in: graph).code == "shared-parameter"
    else { return nil }
    let matcher = Matcher(net: net, protected: protected, allowsSharing: true)
    guard case .match(let first) = matcher.match(rule, at: layer) else { return nil }
    var bindings = [first]
    var covered = Set(first.allLayers)
    var open = first.allLayers
    while let layer = open.popLast() {
      guard let others = sharers(with: layer) else { return nil }
      for other in others where !covered.contains(other) {
        guard let binding = match(of: rule, with: other, matcher), isAlike(binding, first, rule) else {
          return nil
        }
        let layers = binding.allLayers
        guard covered.isDisjoint(with: layers) else { return nil }
        bindings.append(binding)
        covered.formUnion(layers)
        open += layers
      }
    }
    return bindings
  }

  /// Makes the rewrites of all branches.
  ///
  /// - Throws: the refusal of one branch; the others are as they were then.
  func rewrite(_ rule: PlannedRule, together bindings: [Binding]) throws(Refusal.Reason) -> [RewriteRecord] {
    let before = net.graph
    var made: [RewriteRecord] = []
    do throws(Refusal.Reason) {
      for binding in bindings { made.append(try rewrite(rule, binding)) }
    } catch {
      net.graph = before
      throw error
    }
    return made
  }

  /// The layers that share parameters with a layer; nil for more than the limit, since each is searched for anew and
  /// the time would grow with their square.
  private func sharers(with layer: LayerID) -> [LayerID]? {
    var sharers: [LayerID] = []
    for case let name? in net.graph.definition(of: layer)?.sharedParameterNames ?? [] {
      let layers = net.graph.parameterSharers[name] ?? []
      guard layers.count <= Self.branchLimit else { return nil }
      sharers += layers.filter { net.graph[$0].isAlive }
    }
    return sharers
  }

  /// The match of which a layer is part: its anchor is the layer or stands behind it.
  private func match(of rule: PlannedRule, with layer: LayerID, _ matcher: Matcher) -> Binding? {
    var reached = [layer]
    var edge = 0
    for _ in 0...rule.pattern.reach {
      let end = reached.count
      while edge < end {
        let layer = reached[edge]
        edge += 1
        for top in net.graph[layer].tops {
          for reader in net.graph.consumers(of: top).prefix(64) where !reached.contains(reader) {
            reached.append(reader)
          }
        }
      }
    }
    for anchor in reached where rule.canBegin(at: anchor, in: net.graph) {
      if case .match(let binding) = matcher.match(rule, at: anchor), binding.contains(layer) {
        return binding
      }
    }
    return nil
  }

  /// Whether two matches are the same layers, but for names and connections: those that stay share their blobs, those that
  /// go are the same field by field and share all their blobs.
  private func isAlike(_ binding: Binding, _ other: Binding, _ rule: PlannedRule) -> Bool {
    let (mine, others) = (binding.named, other.named)
    guard mine.map(\.capture) == others.map(\.capture) else { return false }
    return zip(mine, others).allSatisfy { a, b in
      guard let first = net.graph.definition(of: a.layer), let second = net.graph.definition(of: b.layer),
        first.sharedParameterNames == second.sharedParameterNames
      else { return false }
      guard rule.removedCaptures.contains(a.capture) else { return first.type == second.type }
      let names = first.sharedParameterNames
      return first.isWrittenLike(second) && net.graph.changes[a.layer] == nil
        && net.graph.changes[b.layer] == nil
        && (!net.needsWeights(a.layer) || !names.isEmpty && names.allSatisfy { $0 != nil })
        && names.count >= (net.storedBlobCount(of: a.layer) ?? 0)
    }
  }
}

extension LayerDefinition {
  /// Whether another layer has the same type and parameters, letter for letter.
  fileprivate func isWrittenLike(_ other: LayerDefinition) -> Bool {
    func fields(_ layer: LayerDefinition) -> [TextField] {
      layer.field.message!.fields.filter { !["name", "bottom", "top"].contains($0.name) }
    }
    let (mine, others) = (fields(self), fields(other))
    return generation == other.generation && mine.count == others.count
      && zip(mine, others).allSatisfy { $0.isWritten(like: $1) }
  }
}
