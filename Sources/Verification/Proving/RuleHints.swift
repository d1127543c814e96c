import CaffeIO
import Engine
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
    case .comprehension(_, let variable, let list, _):
      if case .name(let name) = list.form { items[variable.text] = name }
    case .binary(let operation, let left, let right):
      for (one, other) in [(left, right), (right, left)] {
        guard let (name, path) = one.parameter else { continue }
        note(name, path, Self.literals(other, isOrdered: ![.equal, .notEqual].contains(operation.kind)))
      }
    case .membership(let item, let list, _):
      if let (name, path) = item.parameter {
        note(name, path, list.form.children.flatMap { Self.literals($0, isOrdered: false) })
      }
    default: break
    }
    if let (name, path) = expression.parameter {
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

  /// By the variable of a comprehension, the name of its list of layers.
  private var items: [String: String] = [:]

  private mutating func note(_ item: String, _ path: [String], _ literals: [String?]) {
    let name = items[item] ?? item
    mentioned.append((name, path))
    var hints = byName[name] ?? []
    let place = hints.firstIndex { $0.path == path } ?? hints.count
    if place == hints.count { hints.append(Hint(path: path, literals: [nil])) }
    hints[place].literals += literals.filter { !hints[place].literals.contains($0) }
    byName[name] = hints
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
