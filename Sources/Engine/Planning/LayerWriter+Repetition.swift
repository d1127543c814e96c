import CaffeIO
import Diagnostics
import RuleModel

/// Describes the layers of a template, of which there may be several or none, before anything changes.
extension LayerWriter {
  /// Describes the layers that a template makes.
  ///
  /// - Throws: a refusal, for expressions without a usable value, names that are taken, and values that are not there.
  func describe(
    repeated template: LayerTemplate, _ new: inout NewLayers, _ taken: inout Set<Name>
  ) throws(Refusal.Reason) {
    guard let neighbour = rewrite.replaced.flatMap(binding.layers).first else { throw otherConnection }
    var outputs: [[NewLayers.Source]] = []
    for item in try items(of: template.repetition) {
      if let item, let name = template.repetition?.name { environment.assign(item, to: name) }
      let sources = try sources(of: template.bottoms, new)
      if let condition = template.condition, try !environment.decision(condition, of: "when") {
        // The readers of a layer that is left out read its bottom.
        guard sources.count == 1 else {
          throw Refusal.Reason(
            BottomCount(layer: net.graph.named(neighbour), found: sources.count, expected: 1))
        }
        if case .all(let capture) = template.tops {
          guard give(sources[0], whatMade: capture, &new) else {
            throw fault(
              "the layer is absent, and no new layer before it can make its top instead; add a condition under 'where'",
              condition)
          }
        }
        outputs.append(sources)
        continue
      }
      let description = try describe(template, besides: neighbour, &taken)
      let tops = try tops(of: template, named: description.name, besides: new)
      outputs.append(tops.indices.map { .made(layer: new.layers.count, top: $0) })
      new.layers.append(NewLayers.Layer(description: description, bottoms: sources, tops: tops))
    }
    if let name = template.repetition?.name { environment.withdraw(name) }
    new.made.append(outputs)
  }

  /// Gives the top of a removed layer to the new layer before a layer that is left out, which would have made that top; false
  /// where there is none, or it makes another value that goes on.
  private func give(
    _ source: NewLayers.Source, whatMade capture: Int, _ new: inout NewLayers
  ) -> Bool {
    guard case .made(let layer, let top) = source, case .fresh = new.layers[layer].tops[top],
      let end = boundEnd(of: capture), net.graph[end].tops.count == 1
    else { return false }
    new.layers[layer].tops[top] = .taken(net.graph[end].tops[0])
    return true
  }

  /// The items of a repetition; a single nil for a template without a repetition.
  private func items(of repetition: Repetition?) throws(Refusal.Reason) -> [ExpressionValue?] {
    guard let repetition else { return [nil] }
    let expression = repetition.items
    guard let value = try environment.value(of: expression) else {
      throw Refusal.Reason(UnknownWithoutWeights("each", environment))
    }
    let items: [ExpressionValue?]
    if let number = value.number {
      let count = try whole(number, expression, from: 0)
      guard count <= Repetition.limit else { throw tooMany(expression) }
      items = (0..<count).map { .number(Double($0)) }
    } else if case .list(let list) = value {
      items = list
    } else if let tensor = value.tensor, tensor.shape.count == 1 {
      items = tensor.values.map { .number($0) }
    } else {
      throw fault("expected a number or a list", expression)
    }
    guard items.count <= Repetition.limit else { throw tooMany(expression) }
    return items
  }

  private func tooMany(_ expression: CheckedExpression) -> Refusal.Reason {
    fault("a repetition makes at most \(Repetition.limit) layers or values", expression)
  }

  /// The number as an Int.
  ///
  /// - Throws: a refusal for a fraction and for a number below `least`.
  private func whole(
    _ number: Double, _ expression: CheckedExpression, from least: Int
  ) throws(Refusal.Reason) -> Int {
    guard let whole = Int(exactly: number), whole >= least else {
      throw fault("expected a whole number from \(least), found \(number.shownNumber)", expression)
    }
    return whole
  }

  private func fault(_ sentence: String, _ expression: CheckedExpression) -> Refusal.Reason {
    let error = ExpressionError(.environment(ExpressionFault(sentence)), at: expression.expression.range)
    return Refusal.Reason(EvaluationFailed(error: error.located(in: expression.node)))
  }

  private func position(_ expression: CheckedExpression) throws(Refusal.Reason) -> Int {
    try whole(try environment.number(expression), expression, from: 0)
  }

  // MARK: - Bottoms

  private func sources(
    of bottoms: LayerTemplate.Bottoms, _ new: NewLayers
  ) throws(Refusal.Reason) -> [NewLayers.Source] {
    switch bottoms {
    case .all(let capture):
      return (boundStart(of: capture).map { net.graph[$0].bottoms } ?? []).map { .value($0) }
    case .listed(let items):
      var sources: [NewLayers.Source] = []
      for item in items {
        if let condition = item.condition, try !environment.decision(condition, of: "bottom") { continue }
        switch item.source {
        case .value(.made(let template, let index)):
          let tops = new.made[template][0]
          guard index < tops.count else {
            throw Refusal.Reason(
              TopCount(
                layer: net.graph.named(binding.allLayers[0]), found: tops.count, expected: index + 1))
          }
          sources.append(tops[index])
        case .value(let reference): sources.append(.value(try value(reference, [])))
        case .path(let path):
          if case .made(let template) = path.owner {
            sources += try picked(path, new.made[template].map { ($0, nil) })
          } else {
            sources += try values(of: path).map { .value($0) }
          }
        }
      }
      return sources
    }
  }

  /// The values of layers of the net, as they stand now.
  func values(of path: ValuePath) throws(Refusal.Reason) -> [ValueID] {
    var layers: [LayerID] = []
    switch path.owner {
    case .capture(let capture): layers = binding.layers(of: capture)
    case .item(let name): layers = environment.layer(of: name).map { [$0] } ?? []
    case .made: break
    }
    let graph = net.graph
    return try picked(
      path, layers.map { (path.side == .bottoms ? graph[$0].bottoms : graph[$0].tops, graph.named($0)) })
  }

  /// The values that a path picks of those of several layers.
  private func picked<Value>(
    _ path: ValuePath, _ layers: [(values: [Value], layer: NamedLayer?)]
  ) throws(Refusal.Reason) -> [Value] {
    var chosen = layers
    if let element = path.element {
      let index = try position(element)
      guard index < layers.count else {
        throw fault("index \(index) is out of range for \(layers.count) layers", element)
      }
      chosen = [layers[index]]
    }
    var picked: [Value] = []
    for (values, layer) in chosen {
      switch path.position {
      case .all: picked += values
      case .first:
        guard let first = values.first else { throw otherConnection }
        picked.append(first)
      case .at(let expression):
        let index = try position(expression)
        guard index < values.count else {
          if let layer, path.side == .bottoms {
            throw Refusal.Reason(BottomCount(layer: layer, found: values.count, expected: index + 1))
          }
          if let layer {
            throw Refusal.Reason(TopCount(layer: layer, found: values.count, expected: index + 1))
          }
          throw fault("index \(index) is out of range for \(values.count) values", expression)
        }
        picked.append(values[index])
      case .range(let from, let to):
        let first = min(try from.map(position) ?? 0, values.count)
        let end = min(try to.map(position) ?? values.count, values.count)
        picked += values[first..<max(first, end)]
      }
    }
    return picked
  }

  // MARK: - Tops

  private func tops(
    of template: LayerTemplate, named name: Name, besides new: NewLayers
  ) throws(Refusal.Reason) -> [NewLayers.Top] {
    var tops: [NewLayers.Top] = []
    var taken = new.takenValues
    func take(_ value: ValueID) throws(Refusal.Reason) {
      guard taken.insert(value).inserted else {
        throw Refusal.Reason(BlobNameTaken(blob: net.graph.blobName(of: value)))
      }
      tops.append(.taken(value))
    }
    func take(_ capture: Int, _ index: Int) throws(Refusal.Reason) {
      try take(try value(.top(capture: capture, index: index), []))
    }
    switch template.tops {
    case .all(let capture):
      for value in boundEnd(of: capture).map({ net.graph[$0].tops }) ?? [] { try take(value) }
    case .listed(let list):
      for top in list {
        switch top {
        case .taken(let capture, let index): try take(capture, index)
        case .takenAt(let capture, let index): try take(capture, try position(index))
        case .allTaken(let capture): for value in self.tops[capture] { try take(value) }
        case .fresh(let given, let repetition):
          for item in try items(of: repetition) {
            if let item, let variable = repetition?.name { environment.assign(item, to: variable) }
            if let given {
              let name = try given.filled(by: rule.rule, environment) { net.graph[binding[$0]].name }
              tops.append(.fresh(name: name, isGiven: true))
            } else {
              // Several tops of one layer differ by number.
              let isOnly = list.count == 1 && repetition == nil
              tops.append(.fresh(name: isOnly ? name : name + Name("_\(tops.count)"), isGiven: false))
            }
          }
          if let variable = repetition?.name { environment.withdraw(variable) }
        }
      }
    }
    return tops
  }

  /// The last layer of a capture; where the capture is absent, that of the capture that it would read.
  func boundEnd(of capture: Int) -> LayerID? {
    if let layer = binding.layers(of: capture).last { return layer }
    for case .top(let other, _) in rule.pattern.captures[capture].bottoms.references {
      if let layer = boundEnd(of: other) { return layer }
    }
    return nil
  }

  /// The first layer of a capture; where the capture is absent, that of the capture that would read it.
  private func boundStart(of capture: Int) -> LayerID? {
    if let layer = binding.layers(of: capture).first { return layer }
    for other in rewrite.replaced {
      let reads = rule.pattern.captures[other].bottoms.references.contains { reference in
        if case .top(capture, _) = reference { true } else { false }
      }
      if reads, let layer = boundStart(of: other) { return layer }
    }
    return nil
  }

  // MARK: - Blobs

  /// The blobs of a new layer, as far as this run has weights.
  func blobs(
    of template: LayerTemplate, _ storage: BlobStorage, _ neighbour: LayerID
  ) throws(Refusal.Reason) -> [BlobContent] {
    var blobs: [BlobContent] = []
    for blob in template.blobs {
      if let condition = blob.condition, try !environment.decision(condition, of: "blobs") { continue }
      switch blob.source {
      case .computed(let expression):
        // Evaluated without weights too: what can be refused without them is.
        let content = try environment.content(
          of: expression, storage: storage, layer: neighbour, what: "new '\(expression.text)'")
        if let content { blobs.append(content) }
      case .taken(let name, _, let from, let to):
        guard let layer = environment.layer(of: name) else { throw otherConnection }
        try net.checkQuantisation(of: layer)
        guard let own = try net.blobs(of: layer) else { continue }
        let first = min(from, own.count)
        blobs += own[first..<max(first, min(to ?? own.count, own.count))]
      }
    }
    return blobs
  }
}
