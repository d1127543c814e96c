import RuleModel

/// A rule in words and in its own text, for the terminal: `caffold rules explain`.
package struct RuleDescription {
  private let rule: Rule
  private let kernels: [KernelSignature]

  /// Describes `rule`; `kernels` are those that it may call.
  package init(_ rule: Rule, kernels: [KernelSignature]) {
    self.rule = rule
    self.kernels = kernels
  }

  /// The description, lines ended.
  package var text: String {
    var blocks = ["\(rule.id): \(rule.summary)", facts.joined(separator: "\n")]
    let documentation = rule.documentation.trimmingLineEnds
    if !documentation.isEmpty { blocks.append(documentation) }
    if !rule.parameters.isEmpty {
      let width = (rule.parameters.map(\.name.count).max() ?? 0) + 2
      blocks.append(
        Self.block(
          "Parameters",
          rule.parameters.map { "\($0.name.padded(to: width))\($0.summary) \($0.phrase)" }))
    }
    let body = Rule.body.compactMap(rule.excerpt).flatMap { $0 }
    blocks.append(Self.block("Rule", body))
    let called = rule.calledKernels(kernels)
    if !called.isEmpty { blocks.append(Self.block("Kernels", called.flatMap(Self.lines))) }
    if !rule.tests.isEmpty {
      blocks.append(Self.block("Tests", rule.tests.map { "\($0.name): \($0.expectation.phrase)" }))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private var facts: [String] {
    var facts = [
      ("tags", rule.tags.isEmpty ? "none" : rule.tags.joined(separator: ", "))
    ]
    if let report = rule.report {
      facts += [("reports", "\(report.severity.rawValue)s"), ("phase", rule.phase.rawValue)]
      if let help = report.help { facts.append(("help", help)) }
    } else {
      facts += [
        ("safety", rule.safety.phrase), ("phase", rule.phase.rawValue), ("priority", "\(rule.priority)"),
      ]
    }
    if let tolerance = rule.tolerance {
      facts.append(("tolerance", "\(tolerance): the largest relative difference that a rewrite may make"))
    }
    if rule.isOptIn { facts.append(("default", "off; runs only when --select or --extend-select names it")) }
    if rule.passes > 0 {
      let measure = rule.measure.map { "; '\($0.text)' must be less each time" } ?? ""
      facts.append(("passes", "\(rule.passes) over its own results\(measure)"))
    }
    if rule.isQuiet { facts.append(("quiet", "layers that it leaves alone are not reported")) }
    if rule.syntax == .current { facts.append(("syntax", "current; nets of older ones are upgraded first")) }
    if rule.isOnce { facts.append(("once", "rewrites a net once at most")) }
    let allowances = rule.allowances.map(\.rawValue).sorted()
    if !allowances.isEmpty { facts.append(("allows", allowances.joined(separator: ", "))) }
    facts.append(("file", rule.place.description + (rule.isBuiltin ? ", built in" : "")))
    for overridden in rule.overridden {
      facts.append(
        ("overrides", overridden.place.description + (overridden.isBuiltin ? ", built in" : "")))
    }
    let width = facts.reduce(0) { max($0, $1.0.count) } + 2
    return facts.map { "  " + $0.padded(to: width) + $1 }
  }

  private static func lines(_ kernel: KernelSignature) -> [String] {
    let width = (kernel.parameters.map(\.name.count).max() ?? 0) + 2
    return ["\(kernel.name): \(kernel.summary)"]
      + kernel.parameters.map { parameter in
        "  " + parameter.name.padded(to: width) + parameter.summary
          + (parameter.isRequired ? "" : " Optional.")
      }
  }

  private static func block(_ title: String, _ lines: [String]) -> String {
    ([title] + lines.map { $0.isEmpty ? "" : "  " + $0 }).joined(separator: "\n")
  }
}

extension Rule {
  /// The keys that say what a rule does.
  static let body = ["match", "where", "let", "transform", "rewrite", "report"]

  /// The signatures of the kernels that the rule calls, each once, in the order of the calls.
  func calledKernels(_ kernels: [KernelSignature]) -> [KernelSignature] {
    var called: [KernelSignature] = []
    for case .kernel(let call) in transforms where !called.contains(where: { $0.name == call.kernel }) {
      called += kernels.filter { $0.name == call.kernel }
    }
    return called
  }

  /// The set that a built-in rule belongs to: the folder under `rules/` that holds its file.
  package var set: String? {
    let parts = source.path.split(separator: "/")
    return isBuiltin && parts.count == 3 ? String(parts[1]) : nil
  }
}

extension Rule.Safety {
  /// What it means for whoever wants to run the rule.
  fileprivate var phrase: String {
    switch self {
    case .exact: "exact"
    case .approximate: "approximate: runs only with --unsafe"
    case .conversion: "conversion: changes what the net takes or gives; runs only when it is selected"
    }
  }
}

extension RuleParameter {
  /// What a value is, and what it is by default.
  var phrase: String {
    let what =
      switch kind {
      case .number: "A number"
      case .numbers: "One number or several"
      case .boolean: "'true' or 'false'"
      case .text: "A text"
      case .texts: "One text or several"
      case .map(let held): "A \(held.rawValue) for each name or pattern of names"
      case .oneOf(let words): words.map { "'\($0)'" }.joined(separator: ", ")
      }
    let usual = fallback.map { "\($0.parameterText.isEmpty ? "empty" : $0.parameterText) by default" }
    return ([what, usual ?? "must be given"] + conditions.map { "`\($0.text)`" }).joined(separator: "; ")
      + "."
  }
}

extension RuleTest.Expectation {
  /// What must come of a test, in words.
  var phrase: String {
    switch self {
    case .rewritten(nil): "rewritten"
    case .rewritten(let layers?):
      layers.isEmpty ? "no layer is left" : layers.joined(separator: ", ") + " left"
    case .refused(let layer, let reason): "refused" + (layer.map { " at '\($0)'" } ?? "") + ": \(reason)"
    case .unmatched: "not matched"
    case .reported(let layers, _):
      "reported" + (layers.map { " at \($0.map { "'\($0)'" }.joined(separator: ", "))" } ?? "")
    }
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  var trimmingLineEnds: String {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
