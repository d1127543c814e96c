import CaffeIO
import RuleModel
import Rules

/// What a rule's expressions say about the parameters of its layers: which ones they read, and values that they
/// compare them with.
///
/// Drawn at random alone, `kernel_size == 1 and stride == 1 and power == 0.75` would hardly ever come true.
struct RuleHints {
  /// One parameter that a rule reads.
  struct Hint {
    var path: [String]
    /// Values worth trying, as they are written; nil stands for an absent parameter.
    var literals: [String?]
  }

  /// The parameters by the name that expressions call the layer.
  private(set) var byName: [String: [Hint]] = [:]

  /// The names that each condition, by its place, speaks of, with the parameters.
  private(set) var byPlace: [String: [(name: String, path: [String])]] = [:]

  init(_ expressions: [CheckedExpression]) {
    for expression in expressions {
      let known = mentioned.count
      visit(expression.expression)
      byPlace[expression.node.place.description] = Array(mentioned[known...])
    }
    for (name, hints) in byName { byName[name] = hints.map(Self.completed) }
  }

  private var mentioned: [(name: String, path: [String])] = []

  private mutating func visit(_ expression: Expression) {
    switch expression.form {
    case .binary(let operation, let left, let right):
      for (one, other) in [(left, right), (right, left)] {
        guard let (name, path) = Self.parameter(one) else { continue }
        note(name, path, Self.literals(other, isOrdered: ![.equal, .notEqual].contains(operation.kind)))
      }
    case .membership(let item, let list, _):
      if let (name, path) = Self.parameter(item) {
        note(name, path, list.form.children.flatMap { Self.literals($0, isOrdered: false) })
      }
    default: break
    }
    if let (name, path) = Self.parameter(expression) {
      var literals: [String?] = []
      if case .call(let function, let arguments) = expression.form, function.text == "attr",
        arguments.count > 2
      {
        literals = Self.literals(arguments[2].value, isOrdered: false)
      }
      note(name, path, literals)
      return
    }
    for child in expression.form.children { visit(child) }
  }

  private mutating func note(_ name: String, _ path: [String], _ literals: [String?]) {
    mentioned.append((name, path))
    var hints = byName[name] ?? []
    let place = hints.firstIndex { $0.path == path } ?? hints.count
    if place == hints.count { hints.append(Hint(path: path, literals: [nil])) }
    hints[place].literals += literals.filter { !hints[place].literals.contains($0) }
    byName[name] = hints
  }

  /// `conv.convolution_param.pad`, `attr(conv, 'convolution_param.pad')` or `has(…)`.
  private static func parameter(_ expression: Expression) -> (name: String, path: [String])? {
    switch expression.form {
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
      guard let (name, path) = parameter(base), case .member = base.form else { return nil }
      return (name, path + [member.text])
    case .index(let base, _): return parameter(base)
    default: return nil
    }
  }

  private static func literals(_ expression: Expression, isOrdered: Bool) -> [String] {
    switch expression.form {
    case .number(let number):
      return (isOrdered ? [number, number + 1, number - 1] : [number]).map(written)
    case .negation(let operand):
      if case .number(let number) = operand.form { return [written(-number)] }
      return []
    case .string(let text): return [text]
    case .boolean(let truth): return [truth ? "true" : "false"]
    case .list(let items): return items.flatMap { literals($0, isOrdered: false) }
    default: return []
    }
  }

  private static func written(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }

  /// Adds what the field itself can be; quotes strings.
  private static func completed(_ hint: Hint) -> Hint {
    var hint = hint
    let field = Schema.caffe.layerField(at: hint.path)
    switch field?.type {
    case .bool: hint.literals += ["true", "false"]
    case .enum(let name): hint.literals += (Schema.caffe.enumeration(name)?.values.map(\.name) ?? [])
    case .string, .bytes: hint.literals = hint.literals.map { $0.map { "'\($0)'" } }
    case .message: hint.literals = [nil]
    case nil:
      // A fork's field is what the rule makes of it.
      let words = hint.literals.compactMap(\.self)
      let hasWord = words.contains { Double($0) == nil && !["true", "false"].contains($0) }
      let hasTruth = words.contains { ["true", "false"].contains($0) }
      if words.isEmpty || hasTruth { hint.literals += ["true", "false"] }
      if words.isEmpty || (!hasTruth && !hasWord) { hint.literals += ["0", "1", "2", "0.5"] }
      if hasWord { hint.literals = hint.literals.map { $0.map { Double($0) == nil ? "'\($0)'" : $0 } } }
    default: hint.literals += ["0", "1", "2"]
    }
    var seen: Set<String?> = []
    hint.literals = hint.literals.filter { seen.insert($0).inserted }
    return hint
  }
}

extension Rule {
  /// Everything that a rule evaluates.
  var expressions: [CheckedExpression] {
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
    return expressions + (rewrite.layers + rewrite.insertions.map(\.layer)).flatMap(\.blobs)
  }
}

extension BlobLayout {
  /// Everything that a layout evaluates.
  var expressions: [CheckedExpression] {
    [condition, epsilon, usesStoredStatistics, axis, axisCount, scale, shift].compactMap(\.self)
  }
}
