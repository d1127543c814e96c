import CaffeIO
import Diagnostics
import Layers
import RuleModel

/// Applies one rule to one match. The only place where a graph changes.
struct Rewriter {
  let net: WorkingNet
  let rule: PlannedRule

  /// Makes the rewrite, or refuses and leaves everything as it was.
  func apply(_ binding: Binding) throws(Refusal.Reason) -> RewriteRecord {
    net.warnings = []
    let names = binding.named.map { index, layer in
      (
        capture: rule.pattern.captures[index].name, layer: layer, name: net.graph[layer].name,
        type: net.graph[layer].type
      )
    }
    // Of a chain the layer that it ends with.
    guard let anchor = binding.layers(of: rule.pattern.anchor).last else {
      preconditionFailure("the search began somewhere")
    }
    // An alternative can be named by itself and as one of several.
    var removed: [LayerID] = []
    for capture in rule.rewrite.removed {
      for layer in binding.layers(of: capture) where !removed.contains(layer) { removed.append(layer) }
    }
    var outcome = RewriteOutcome()
    var cleared: [(layer: LayerID, path: [String])] = []
    var renamedTops: [LayerID] = []
    let measure = try passMeasure(of: binding)
    try net.transaction { () throws(Refusal.Reason) in
      let environment = MatchEnvironment(net, rule, binding)
      for item in rule.rule.lets { environment.define(item.name, item.expression) }
      if let found = net.letValues { environment.reuse(found.values(of: rule, binding)) }
      let outputs = OutputCheck(net.graph, around: binding)
      // New layers are described before anything changes: they may use what is about to go.
      var writer =
        rule.onlyTakesOut
        ? nil : LayerWriter(net: net, rule: rule, binding: binding, environment: environment)
      try writer?.describe()
      var expanders: [LayerExpander] = []
      for capture in rule.rewrite.expanded { expanders.append(try LayerExpander(binding[capture], in: net)) }
      if rule.changesWhatItReads, net.weights != nil { environment.settle() }
      for step in rule.steps {
        guard let group = step.group else {
          try take(step, binding, environment)
          continue
        }
        for element in binding.elements where element.group == group {
          environment.element = element
          try take(step, binding, environment)
        }
        environment.element = nil
      }
      if let written = try writer?.write() { outcome = written }
      for expander in expanders {
        try expander.write(&outcome, keepsEarlierName: rule.rewrite.keepsEarlierName)
      }
      for layer in removed {
        if net.graph[layer].isIncluded {
          try net.graph.bypass(layer, keepsEarlierName: rule.rewrite.keepsEarlierName)
        } else {
          net.graph.removeExcluded(layer)
        }
      }
      if let pruned = writer?.prunedValues { try prune(pruned.gone, keeping: pruned.kept, &outcome) }
      for field in rule.rewrite.cleared {
        let layer = binding[field.capture]
        if net.writes(field.path, of: layer) { cleared.append((layer, field.path)) }
        try clear(field, of: layer)
      }
      for capture in rule.rewrite.foreignCleared {
        for path in net.foreignFields(of: binding[capture]) {
          cleared.append((binding[capture], path))
          net.setAttribute(path, to: [], of: binding[capture])
        }
      }
      for (capture, type) in rule.rewrite.retypes {
        guard net.canWrite(type, []) else { throw Refusal.Reason(OldSyntax(type: type)) }
        net.graph.setType(of: binding[capture], to: type)
        net.graph.updateChange(of: binding[capture]) { _ in }
      }
      for capture in rule.rewrite.separated { try net.graph.separateTops(of: binding[capture]) }
      for (capture, template) in rule.rewrite.topNames {
        for top in net.graph[binding[capture]].tops {
          environment.assign(.string(net.graph.blobName(of: top)), to: "name")
          let isOutput = net.graph.hasOutputName(top)
          environment.assign(.boolean(isOutput), to: "is_output")
          let name = try template.filled(by: rule.rule, environment) { net.graph[binding[$0]].name }
          if name != net.graph.blobName(of: top) {
            if isOutput, !rule.rule.allowances.contains(.netOutput) {
              throw Refusal.Reason(LostOutput(blob: net.graph.blobName(of: top)))
            }
            if net.graph.isNetInput(top), rule.rule.safety != .conversion {
              throw Refusal.Reason(InputName(blob: net.graph.blobName(of: top)))
            }
            renamedTops.append(binding[capture])
          }
          try net.graph.rename(top, to: name)
        }
      }
      for rename in rule.rewrite.renames {
        let name = try rename.name.filled(by: rule.rule, environment) { capture in
          let layer = binding[capture]
          return names.first { $0.layer == layer }?.name ?? ""
        }
        try writer?.rename(binding[rename.capture], to: name, &outcome)
      }
      let touched = names.map(\.layer).filter { net.graph[$0].isAlive } + outcome.added
      for layer in touched { try ParameterBookkeeping.update(layer, in: net) }
      try outputs.check(net.graph, added: outcome.added, rule: rule)
      for layer in outcome.replaced + outcome.added { try checkInPlace(layer) }
      let generation = names.map { net.graph.changes[$0.layer]?.generation ?? 0 }.max() ?? 0
      let isOwnResult = names.contains { net.graph.changes[$0.layer]?.passes[rule.index] != nil }
      // Passes are counted on their own.
      for layer in outcome.added {
        net.graph.updateChange(of: layer) { $0.generation = generation + (isOwnResult ? 0 : 1) }
      }
      if !rule.lowersLayerCount {
        let passes = names.map { net.graph.changes[$0.layer]?.passes[rule.index]?.count ?? 0 }.max() ?? 0
        let pass = LayerChange.Pass(count: passes + 1, measure: measure)
        for layer in touched { net.graph.updateChange(of: layer) { $0.passes[rule.index] = pass } }
      }
    }
    for layer in names.map(\.layer) + outcome.added
    where net.graph[layer].isLive && net.graph.changes[layer]?.changesShapes ?? false {
      net.updateTops(of: layer)
    }
    let gone = removed + outcome.gone
    return RewriteRecord(
      rule: rule.rule.id, safety: rule.rule.safety, tolerance: rule.rule.tolerance, layers: names,
      anchor: anchor,
      kept: names.map(\.layer).filter { !gone.contains($0) && !outcome.replaced.contains($0) },
      removed: gone, replaced: outcome.replaced, added: outcome.added, renamed: outcome.renamed,
      renamedTops: renamedTops, cleared: cleared, warnings: net.warnings)
  }

  /// The rule's measure, which must decrease with each pass; nil for a rule without one, and where this run lacks the
  /// weights for it.
  private func passMeasure(of binding: Binding) throws(Refusal.Reason) -> Double? {
    guard let expression = rule.rule.measure else { return nil }
    let environment = MatchEnvironment(net, rule, binding)
    for item in rule.rule.lets { environment.define(item.name, item.expression) }
    let measure = try environment.value(of: expression)?.number
    let before = names(binding).compactMap { net.graph.changes[$0]?.passes[rule.index]?.measure }.min()
    if let measure, let before, !(measure < before) {
      throw Refusal.Reason(NotShrinking(measure: measure, before: before))
    }
    return measure
  }

  private func names(_ binding: Binding) -> [LayerID] { binding.named.map(\.layer) }

  /// Does one step, unless a layer that it works on is absent or its condition does not hold.
  private func take(
    _ step: PlannedRule.Step, _ binding: Binding, _ environment: MatchEnvironment
  ) throws(Refusal.Reason) {
    for capture in step.captures where layer(of: capture, binding, environment) == nil { return }
    if let condition = step.condition, try environment.truth(of: condition) == false { return }
    if let kernel = step.kernel {
      try run(kernel, step.arguments, binding, environment)
    } else if case .set(let assignment) = step.transform {
      try assign(assignment, binding, environment)
    }
  }

  /// The layer of a capture that a step works on; nil where it is absent, and the step is left out.
  private func layer(
    of capture: Int, _ binding: Binding, _ environment: MatchEnvironment
  ) -> LayerID? {
    rule.pattern.captures[capture].group == nil
      ? binding.singles.layer(of: capture) : environment.element?.bound.layer(of: capture)
  }

  private func run(
    _ kernel: any Kernel, _ given: [(name: String, argument: KernelCall.Argument)], _ binding: Binding,
    _ environment: MatchEnvironment
  ) throws(Refusal.Reason) {
    var arguments = KernelArguments()
    for (name, argument) in given {
      switch argument {
      case .capture(let index):
        // None is absent: the step would have been left out.
        if let layer = layer(of: index, binding, environment) { arguments.layers.append((name, layer)) }
      case .vector(let expression):
        arguments.vectors.append((name, try environment.tensor(of: expression)?.values))
      }
    }
    try kernel.apply(arguments, to: net)
  }

  private func assign(
    _ assignment: Assignment, _ binding: Binding, _ environment: MatchEnvironment
  ) throws(Refusal.Reason) {
    guard let layer = layer(of: assignment.target.capture, binding, environment) else { return }
    switch assignment.target {
    case .attribute(_, let path):
      let writer = FieldWriter(schema: net.schema, environment: environment)
      guard let values = try writer.values(of: assignment.value, at: path) else {
        throw Refusal.Reason(
          UnknownWithoutWeights(path.joined(separator: "."), of: net.graph.named(layer), environment))
      }
      net.setAttribute(path, to: values, of: layer)
    case .blob(_, let index):
      try net.checkQuantisation(of: layer)
      guard case .expression(let expression) = assignment.value else { return }
      guard var blobs = try net.blobs(of: layer) else {
        // Without weights only this much is certain: the blob will be there.
        return ParameterBookkeeping.note(blob: index, of: layer, in: net)
      }
      guard index <= blobs.count, index < blobs.count || assignment.fallback != nil else {
        throw Refusal.Reason(
          BlobCount(layer: net.graph.named(layer), found: blobs.count, expected: .place(index)))
      }
      if index == blobs.count, let fallback = assignment.fallback {
        // The layer has no such blob yet: inside the expression it reads as the default.
        environment.define(blob: index, of: layer, as: fallback)
      }
      if index < blobs.count,
        let scales = environment.scales(
          in: expression, ofBlob: index, of: layer, shape: blobs[index].shape)
      {
        for scale in scales {
          if let channel = scale.factors.firstIndex(where: { !$0.isFinite }) {
            throw Refusal.Reason(
              NotFinite(
                layer: net.graph.named(layer), numbers: "new blob \(index)",
                channel: channel * scale.inner))
          }
          blobs[index] = blobs[index].scaled(by: scale)
        }
        return net.setBlobs(blobs, of: layer)
      }
      let storage = (index < blobs.count ? blobs[index] : blobs.first)?.storage ?? .float
      let content = try environment.content(
        of: expression, storage: storage, layer: layer, what: "new blob \(index)")
      guard let content else { return }
      if index < blobs.count { blobs[index] = content } else { blobs.append(content) }
      net.setBlobs(blobs, of: layer)
    }
  }

  /// Refuses a new layer of a type that cannot work in place and would.
  private func checkInPlace(_ layer: LayerID) throws(Refusal.Reason) {
    let (graph, made) = (net.graph, net.graph[layer])
    guard LayerRegistry.facts(ofType: made.type)?.worksInPlace == false else { return }
    let read = made.bottoms.map(graph.blobName)
    if let blob = made.tops.map(graph.blobName).first(where: read.contains) {
      throw Refusal.Reason(WorksInPlace(layer: graph.named(layer), blob: blob))
    }
  }

  /// Takes out what makes a value that nobody reads any more, and then what that alone has read, as long as it makes
  /// nothing else and has no blobs: what was learned is no preparation of labels.
  private func prune(
    _ values: [ValueID], keeping kept: Set<ValueID>, _ outcome: inout RewriteOutcome
  ) throws(Refusal.Reason) {
    var pending = values
    while let next = pending.popLast() {
      let graph = net.graph
      guard graph[next].isAlive, let producer = graph[next].producer, graph[producer].isLive,
        graph[producer].tops.allSatisfy({ graph.consumerCount(of: $0) == 0 && !kept.contains($0) }),
        !net.needsWeights(producer),
        graph.liveLayerCount > 1
      else { continue }
      pending += graph[producer].bottoms
      try net.graph.drop([producer], taken: [])
      outcome.gone.append(producer)
    }
  }

  /// Takes a field away; parameters that are shared by name stay shared.
  private func clear(_ field: ClearedField, of layer: LayerID) throws(Refusal.Reason) {
    if field.path == ["param"] || field.path == ["param", "name"] {
      for case let name? in net.graph.definition(of: layer)?.sharedParameterNames ?? [] {
        let others = (net.graph.parameterSharers[name] ?? []).filter { $0 != layer && net.graph[$0].isAlive }
        if !others.isEmpty {
          let sharers = Readers(others, count: others.count, in: net.graph)
          throw Refusal.Reason(
            SharedParameter(layer: net.graph.named(layer), parameter: name, sharers: sharers))
        }
      }
    }
    net.setAttribute(field.path, to: [], of: layer)
  }
}

extension WorkingNet {
  /// Runs `body`; when it refuses, connections, parameters and blobs are as they were before.
  func transaction(_ body: () throws(Refusal.Reason) -> Void) throws(Refusal.Reason) {
    graph.begin()
    do {
      try body()
      graph.commit()
    } catch {
      graph.rollBack()
      throw error
    }
  }
}

extension NameTemplate {
  /// The name, made of those of layers and of the values of the rule's parameters.
  ///
  /// - Throws: a refusal for an expression without a value.
  func filled(
    by rule: Rule, _ environment: MatchEnvironment, _ name: (Int) -> Name
  ) throws(Refusal.Reason) -> Name {
    var filled: Name = ""
    for part in parts {
      switch part {
      case .text(let text): filled = filled + Name(text)
      case .name(let capture): filled = filled + name(capture)
      case .parameter(let parameter):
        filled = filled + Name(rule.value(ofParameter: parameter)?.parameterText ?? "")
      case .computed(let expression):
        // A text can be told without weights.
        switch try environment.value(of: expression) {
        case .string(let text): filled = filled + text
        case let value?:
          guard let number = value.number, let whole = Int(exactly: number) else {
            throw Refusal.Reason(NotANumber(text: expression.text, place: expression.node.place))
          }
          filled = filled + Name("\(whole)")
        case nil: break
        }
      }
    }
    return filled
  }
}
