import RuleModel

/// A page about rules in Markdown: what each does, why it is right, and the examples that it is tested by.
package struct RuleReference {
  private let rules: [Rule]
  private let layouts: [BlobLayout]
  private let kernels: [KernelSignature]

  /// Describes the rules of a set, in its order, its layouts, and the kernels that rules may call.
  package init(_ set: RuleSet, kernels: [KernelSignature]) {
    rules = set.rules
    layouts = set.layouts.filter { $0.meaning == nil }
    self.kernels = kernels
  }

  /// The page.
  package var markdown: String {
    var blocks = [
      "# Built-in rules",
      "<!-- Made by `make reference` from the files under rules/. Change those, not this page. -->",
      """
      The rules in the order they are tried, those that report, the layouts of blobs that they know, and the kernels that they
      call. `caffold rules explain ID` shows one of them in the terminal; [Rules.md](Rules.md) describes the language.
      """,
      Self.table(
        ["", "rule", "what it does", "set", "safety"],
        rules.filter { $0.kind == .rewriting }.enumerated().map { index, rule in
          [
            "\(index + 1)", "[\(rule.id)](#\(rule.id))", rule.summary, rule.set ?? "", rule.safety.rawValue,
          ]
        }),
      "`caffold check` runs these, which change nothing ([Check.md](Check.md)):",
      Self.table(
        ["rule", "what it finds", "set", "severity"],
        rules.compactMap { rule in
          rule.report.map {
            ["[\(rule.id)](#\(rule.id))", rule.summary, rule.set ?? "", $0.severity.rawValue]
          }
        }),
    ]
    for rule in rules.filter({ $0.kind == .rewriting }) + rules.filter({ $0.kind == .reporting }) {
      blocks += section(rule)
    }
    blocks += [
      "## Blob layouts",
      "How layer types store their numbers, by position (`rules/layouts.yaml`, and `rules/forks/` for forks).",
    ]
    blocks.append(
      Self.table(
        ["layout", "layer types", "when", "blobs"],
        layouts.map { layout in
          [
            layout.id, layout.types.names.joined(separator: ", "),
            layout.condition.map { "`\($0.text)`" } ?? "always",
            layout.roles.map(\.rawValue).joined(separator: ", "),
          ]
        }))
    blocks.append("## Kernels")
    for kernel in kernels {
      blocks += ["### \(kernel.name)", kernel.summary]
      blocks.append(
        Self.table(
          ["argument", "", "meaning"],
          kernel.parameters.map {
            ["`\($0.name)`", $0.isRequired ? "required" : "optional", $0.summary]
          }))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private func section(_ rule: Rule) -> [String] {
    var blocks = ["## \(rule.id)", rule.summary]
    let documentation = rule.documentation.trimmingLineEnds
    if !documentation.isEmpty { blocks.append(documentation) }
    var facts: [String] = []
    if !rule.tags.isEmpty { facts.append("Tags: \(rule.tags.joined(separator: ", ")).") }
    if rule.phase != .test { facts.append("Phase: \(rule.phase.rawValue).") }
    if rule.priority != 0 { facts.append("Priority: \(rule.priority).") }
    if rule.syntax == .current { facts.append("Upgrades a net of an older syntax first.") }
    if rule.isOnce { facts.append("Once for a net.") }
    let allowances = rule.allowances.map(\.rawValue).sorted()
    if !allowances.isEmpty { facts.append("Allows: \(allowances.joined(separator: ", ")).") }
    if !facts.isEmpty { blocks.append(facts.joined(separator: " ")) }
    if !rule.parameters.isEmpty {
      blocks.append(
        Self.table(
          ["parameter", "", "meaning"], rule.parameters.map { ["`\($0.name)`", $0.summary, $0.phrase] }))
    }
    let lines = Rule.body.compactMap(rule.excerpt).flatMap { $0 }
    blocks.append("```yaml\n\(lines.joined(separator: "\n"))\n```")
    blocks.append(Self.table(["test", "expected"], rule.tests.map { [$0.name, $0.expectation.phrase] }))
    return blocks
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    // A bar would end the cell, even in code.
    func row(_ cells: [String]) -> String {
      "| "
        + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
        .joined(separator: " | ") + " |"
    }
    return ([row(head), "|" + String(repeating: "---|", count: head.count)] + rows.map(row))
      .joined(separator: "\n")
  }
}
