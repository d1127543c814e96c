import CaffeIO
import Rules

/// Applies one rule to one match. The only place where a graph changes.
struct Rewriter {
  let net: WorkingNet
  let rule: Rule
  /// Position of the rule in its set.
  let ruleIndex: Int
  /// The kernels that the rule calls.
  let kernels: KernelRegistry

  /// Makes the rewrite, or refuses and leaves everything as it was.
  func apply(_ binding: Binding) throws(Refusal.Reason) -> AppliedRewrite {
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
    for layer in rule.rewrite.removed.flatMap(binding.layers) where !removed.contains(layer) {
      removed.append(layer)
    }
    try net.transaction { () throws(Refusal.Reason) in
      let environment = MatchEnvironment(net, rule, binding)
      for item in rule.lets { environment.define(item.name, item.expression) }
      // New layers are described before anything changes: they may use what is about to go.
      var replacements: [(LayerID, NewLayer)] = []
      for replacement in rule.rewrite.replacements {
        let layer = binding[replacement.capture]
        replacements.append((layer, try describe(replacement.layer, replacing: layer, binding, environment)))
      }
      for transform in rule.transforms {
        for element in elements(transform.group, binding) {
          environment.element = element
          if transform.captures.contains(where: { layer(of: $0, binding, environment) == nil }) { continue }
          if let condition = transform.condition, try environment.truth(of: condition) == false { continue }
          switch transform {
          case .kernel(let call): try run(call, binding, environment)
          case .set(let assignment): try assign(assignment, binding, environment)
          }
        }
        environment.element = nil
      }
      for (layer, new) in replacements {
        net.graph.updateChange(of: layer) { change in
          change.blobs = new.blobs
          change.replacement = new.fields
          change.attributes = []
        }
        net.graph.update(layer) { layer in
          layer.type = new.type
          layer.name = new.name
        }
      }
      for layer in removed {
        if net.graph[layer].isIncluded {
          try net.graph.bypass(layer)
        } else {
          net.graph.removeExcluded(layer)
        }
      }
      for item in names where !rule.lowersLayerCount {
        net.graph.updateChange(of: item.layer) { $0.boundedRules.insert(ruleIndex) }
      }
    }
    let replaced = rule.rewrite.replacements.map { binding[$0.capture] }
    let kept = names.map(\.layer).filter { !removed.contains($0) && !replaced.contains($0) }
    return AppliedRewrite(
      rule: rule.id, safety: rule.safety, layers: names, anchor: anchor, kept: kept, removed: removed,
      replaced: replaced,
      warnings: net.warnings)
  }

  /// What a step is done for: once, or for each element of a group.
  private func elements(_ group: Int?, _ binding: Binding) -> [BoundElement?] {
    group.map { group in binding.elements.filter { $0.group == group } } ?? [nil]
  }

  /// The layer of a capture that a step works on; nil where it is absent, and the step is left out.
  private func layer(
    of capture: Int, _ binding: Binding, _ environment: MatchEnvironment
  ) -> LayerID? {
    rule.pattern.captures[capture].group == nil
      ? binding.singles.layer(of: capture) : environment.element?.bound.layer(of: capture)
  }

  private func run(
    _ call: KernelCall, _ binding: Binding, _ environment: MatchEnvironment
  ) throws(Refusal.Reason) {
    guard let kernel = kernels.kernel(named: call.kernel) else {
      preconditionFailure("rules are checked against the registry")
    }
    var arguments = KernelArguments()
    for (name, argument) in call.arguments {
      switch argument {
      case .capture(let index):
        arguments.layers[name] = layer(of: index, binding, environment)
      case .vector(let expression):
        arguments.vectors[name] = .some(try environment.tensor(of: expression)?.values)
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
      guard let value = try environment.value(of: assignment.value) else { return }
      net.setAttribute(path, to: try written(value, at: path), of: layer)
    case .blob(_, let index):
      guard var blobs = try net.blobs(of: layer) else { return }
      guard index <= blobs.count, index < blobs.count || assignment.fallback != nil else {
        throw .blobCount(layer: layer, found: blobs.count, expected: "a blob \(index)")
      }
      if index == blobs.count, let fallback = assignment.fallback {
        // The layer has no such blob yet: inside the expression it reads as the default.
        environment.define(blob: index, of: layer, as: fallback)
      }
      guard let tensor = try environment.tensor(of: assignment.value) else { return }
      if index < blobs.count {
        let old = blobs[index]
        blobs[index] =
          old.shape == tensor.shape
          ? old.replacingValues(with: tensor.values)
          : .values(tensor.values, shape: tensor.shape, storage: old.storage)
      } else {
        blobs.append(.values(tensor.values, shape: tensor.shape, storage: blobs.first?.storage ?? .float))
      }
      net.setBlobs(blobs, of: layer)
    }
  }

  /// The value of an expression as it is written into the definition.
  private func written(_ value: ExpressionValue, at path: [String]) throws(Refusal.Reason)
    -> NewTextField.Value
  {
    switch value {
    case .boolean(let boolean): return .literal(boolean ? "true" : "false")
    case .number(let number):
      return .literal(Int(exactly: number).map(String.init) ?? String(number))
    case .string(let string):
      if case .enum? = net.schema.layerField(at: path)?.type { return .literal(string) }
      return .string(string)
    default:
      throw .evaluation(message: "'\(path.joined(separator: "."))' can be a number, a word or a boolean only")
    }
  }

  private struct NewLayer {
    var name: String
    var type: String
    var fields: [NewTextField]
    var blobs: [BlobContent]?
  }

  private func describe(
    _ template: LayerTemplate, replacing layer: LayerID, _ binding: Binding, _ environment: MatchEnvironment
  ) throws(Refusal.Reason) -> NewLayer {
    guard net.graph.definition.layers[layer.index].generation == .v2 else {
      throw .generation(layer: layer)
    }
    let name = template.name.map { $0.filled { net.graph[binding[$0]].name } }
    if let name, name != net.graph[layer].name,
      net.graph.layers.contains(where: { $0.isAlive && $0.isIncluded && $0.name == name })
    {
      // Weights bind by name: two layers of one name would fight over them.
      throw .layerName(name: name)
    }
    let fields = template.fields.map { $0.textField(schema: net.schema) }
    let storage = net.weights == nil ? .float : try net.blobs(of: layer)?.first?.storage ?? .float
    var blobs: [BlobContent] = []
    for expression in template.blobs {
      // Evaluated without weights too: what can be refused without them is.
      guard let tensor = try environment.tensor(of: expression) else { continue }
      if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(layer: layer, what: "new '\(expression.text)'", channel: index)
      }
      blobs.append(.values(tensor.values, shape: tensor.shape, storage: storage))
    }
    return NewLayer(
      name: name ?? net.graph[layer].name, type: template.type, fields: fields,
      blobs: net.weights == nil ? nil : blobs)
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
  func filled(_ name: (Int) -> String) -> String {
    parts.map { part in
      switch part {
      case .text(let text): return text
      case .name(let capture): return name(capture)
      }
    }.joined()
  }
}

extension TemplateField {
  /// The field as it is written; the schema knows whether a word is a string or an enumeration's value.
  func textField(schema: Schema, path: [String] = []) -> NewTextField {
    let path = path + [name]
    switch value {
    case .string(let string): return NewTextField(name: name, value: .string(string))
    case .literal(let text):
      let isString = schema.layerField(at: path)?.type == .string
      return NewTextField(name: name, value: isString ? .string(text) : .literal(text))
    case .message(let fields):
      return NewTextField(
        name: name, value: .message(fields.map { $0.textField(schema: schema, path: path) }))
    }
  }
}
