import RuleModel

extension Expression {
  /// The parameter that the expression asks for: `conv.convolution_param.pad`, `attr(conv, 'convolution_param.pad')` or
  /// `has(…)`.
  package var parameter: (name: String, path: [String])? {
    switch form {
    case .call(let function, let arguments)
    where ["attr", "has"].contains(function.text) && arguments.count >= 2:
      guard case .name(let name) = arguments[0].value.form, case .string(let path) = arguments[1].value.form
      else { return nil }
      return (name, path.split(separator: ".").map(String.init))
    case .member(let base, let member):
      if case .name(let name) = base.form {
        let own = ["name", "type", "phase", "blobs", "bottoms", "tops"]
        return own.contains(member.text) ? nil : (name, [member.text])
      }
      guard let (name, path) = base.parameter, case .member = base.form else { return nil }
      return (name, path + [member.text])
    case .index(let base, _): return base.parameter
    default: return nil
    }
  }

  /// The paths of the parameters of `layer`, a name in the expression, that it asks for.
  func parameters(of layer: String) -> [String] {
    if let (name, path) = parameter { return name == layer ? [path.joined(separator: ".")] : [] }
    // The variable of a comprehension stands for each layer of the list.
    if case .comprehension(let item, let variable, let list, let condition) = form,
      case .name(layer) = list.form
    {
      return ([item] + (condition.map { [$0] } ?? [])).flatMap { $0.parameters(of: variable.text) }
    }
    return form.children.flatMap { $0.parameters(of: layer) }
  }
}

extension Rule {
  /// Everything that a rule evaluates.
  package var expressions: [CheckedExpression] {
    let conditions = pattern.captures.flatMap(\.conditions) + pattern.conditions
    var expressions = conditions.map(\.expression) + lets.map(\.expression)
    for transform in transforms {
      switch transform {
      case .kernel(let call):
        for case .vector(let expression) in call.arguments.values { expressions.append(expression) }
      case .set(let assignment):
        if case .expression(let value) = assignment.value { expressions.append(value) }
        if let fallback = assignment.fallback { expressions.append(fallback) }
      }
    }
    if let measure { expressions.append(measure) }
    for layer in rewrite.layers + rewrite.insertions.map(\.layer) {
      expressions += [layer.repetition?.items, layer.condition].compactMap(\.self)
      for blob in layer.blobs {
        if case .computed(let expression) = blob.source { expressions.append(expression) }
        if let condition = blob.condition { expressions.append(condition) }
      }
    }
    return expressions
  }

  /// The paths of the parameters that a rule asks for or sets, of the layers of a capture.
  func namedParameters(ofCapture index: Int) -> Set<String> {
    let name = pattern.captures[index].name
    var paths = Set(expressions.flatMap { $0.expression.parameters(of: name) })
    for case .set(let assignment) in transforms {
      if case .attribute(index, let path) = assignment.target { paths.insert(path.joined(separator: ".")) }
    }
    return paths
  }
}

extension BlobLayout {
  /// Everything that a layout evaluates.
  package var expressions: [CheckedExpression] {
    [condition, epsilon, usesStoredStatistics, axis, axisCount, scale, shift].compactMap(\.self)
  }

  /// The paths of the parameters that a layout asks for.
  func names(_ path: String) -> Bool {
    expressions.contains { $0.expression.parameters(of: "layer").contains(path) }
  }
}
