import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules

/// One question about a layer: the plan of a fold, and what of it concerns the layer.
struct WhyRun {
  let layer: String
  let input: ModelFiles
  /// The only rule that is asked about; nil for all that a fold would try.
  let rule: String?
  let options: RunOptions
  let observer: RunObserver

  func run() throws -> WhyResult {
    try Files.restore([input.model, input.weights].compactMap(\.self), observer)
    var choice = options.rules
    if let rule {
      // Alone: others would have rewritten the layer before it came to its turn.
      (choice.select, choice.extendSelect, choice.ignore) = ([rule], [], [])
      // Asked about by its name, a rule is looked at though it is not exact.
      choice.allowsApproximate = true
    }
    let schemas = try ForkSchemas(options.protos, observer)
    let files = try RuleLoader.files(choice, fields: schemas.fields)
    var definition = try NetDefinition(
      TextDocument(SourceText(path: input.model, bytes: try Files.read(input.model))))
    let rules = try RuleLoader.load(choice, files: files, for: definition)
    if rules.needsCurrentSyntax { definition = try SyntaxUpgrade(definition).definition }
    let graph = try NetGraph(definition, state: options.net.state)
    let names = graph.liveLayers.map { graph[$0].name }
    guard let id = graph.liveLayers.first(where: { graph[$0].name.description == layer }) else {
      throw FoldOptionError.noLayer(layer, option: nil, model: input.model, layers: names.map(\.description))
    }
    var planning = PlanOptions()
    planning.assumesStoredStatistics = options.net.assumesStoredStatistics
    planning.schema = schemas.schema(with: files)
    planning.recordsOverlaps = true
    planning.explainsConditions = true
    let plan = try Planner.plan(
      graph, weights: try input.weights.map { try WeightsFile(path: $0) }, rules: rules, options: planning)
    return result(id, in: graph, plan, rules)
  }

  private func result(_ id: LayerID, in graph: NetGraph, _ plan: Plan, _ rules: RuleSet) -> WhyResult {
    let named = graph.named(id)
    var result = WhyResult(layer: named.name, type: named.type)
    func isAsked(_ id: String) -> Bool { rule == nil || rule == id }
    for rewrite in plan.rewrites where isAsked(rewrite.rule) {
      guard rewrite.layers.contains(where: { $0.layer == id }) else { continue }
      let fate: WhyResult.Rewrite.Fate =
        rewrite.removed.contains(id) ? .removed : rewrite.replaced.contains(id) ? .replaced : .kept
      result.rewrites.append(
        .init(
          rule: rewrite.rule, fate: fate,
          matched: rewrite.layers.map { .init(capture: $0.capture, layer: $0.name, type: $0.type) }))
    }
    let summaries = Dictionary(rules.rules.map { ($0.id, $0.summary) }) { first, _ in first }
    // A layer that became another one where it stands, under a name of its own perhaps, is the same one.
    let names: Set = [named.name, plan.graph[id].name]
    let nearest = plan.refusals.first { names.contains($0.layer.name) }?.rule
    var misses = plan.nearMisses.filter { refusal in
      isAsked(refusal.rule)
        && (names.contains(refusal.layer.name)
          || refusal.bindings.contains { names.contains($0.layer.name) })
    }
    func rank(_ refusal: Refusal) -> (Int, Int, Int) {
      (refusal.rule == nearest ? 0 : 1, refusal.isComplete ? 0 : 1, -refusal.bindings.count)
    }
    misses = misses.enumerated().sorted { a, b in
      let (first, second) = (rank(a.element), rank(b.element))
      return first == second ? a.offset < b.offset : first < second
    }.map(\.element)
    let patterns = Dictionary(rules.rules.map { ($0.id, $0.pattern.captures) }) { first, _ in first }
    let types = Dictionary(graph.liveLayers.map { (graph[$0].name, graph[$0].type) }) { first, _ in first }
    /// The layer that a rule found, with the type it had then: a plan names layers by their last types.
    func match(_ binding: (capture: String, layer: NamedLayer), _ rule: String) -> WhyResult.Match {
      var match = WhyResult.Match(
        capture: binding.capture, layer: binding.layer.name, type: binding.layer.type)
      let accepted = patterns[rule]?.first { $0.name == binding.capture }?.types
      if let accepted, !accepted.accepts(match.type), let former = types[match.layer],
        accepted.accepts(former)
      {
        match.type = former
      }
      return match
    }
    result.misses = misses.map { refusal in
      var miss = WhyResult.Miss(
        rule: refusal.rule, summary: summaries[refusal.rule] ?? "", start: refusal.layer.name,
        matched: refusal.bindings.map { match($0, refusal.rule) }, isComplete: refusal.isComplete,
        code: refusal.reason.code,
        // "It" is the layer that was asked about, wherever the search began.
        reason: refusal.reason.sentence(
          about: ([refusal.layer] + refusal.bindings.map(\.layer)).first { names.contains($0.name) }))
      miss.condition = refusal.reason.conditionText
      miss.findings = refusal.reason.conditionFindings.map {
        .init(text: $0.text, found: $0.found, wanted: $0.wanted)
      }
      return miss
    }
    // A layer that is gone was not there to be come to.
    guard !result.rewrites.contains(where: { $0.fate == .removed }) else { return result }
    let told = Set(result.rewrites.map(\.rule) + result.misses.map(\.rule))
    for rule in rules.rules where isAsked(rule.id) && !told.contains(rule.id) {
      let captures = rule.pattern.captures.filter {
        $0.alternatives.isEmpty && $0.isIncluded && $0.types.accepts(named.type)
      }
      guard !captures.isEmpty else {
        result.otherRuleCount += 1
        continue
      }
      result.unreached.append(
        .init(
          rule: rule.id, captures: captures.map(\.name),
          start: rule.pattern.captures[rule.pattern.anchor].types.names))
    }
    return result
  }
}
