import CaffeIO
import Diagnostics
import RuleModel
import Rules
import Testing

@testable import Engine

/// A rule of the program, or a kernel that it calls, with a mistake; and a net to try it on.
struct Mutation: Sendable, CustomTestStringConvertible {
  /// What is wrong.
  let name: String
  /// The id of the rule.
  let rule: String
  /// What is changed in the rule's text; each must occur once.
  var edits: [(old: String, new: String)] = []
  /// What takes the place of a kernel.
  var kernel: WrongKernel?
  /// A net in which the rule finds something.
  let net: @Sendable () -> Example

  var testDescription: String { "\(rule): \(name)" }

  /// A rule with a mistake.
  init(
    _ rule: String, _ name: String, _ old: String, _ new: String, on net: @escaping @Sendable () -> Example
  ) {
    (self.rule, self.name, self.net) = (rule, name, net)
    edits = [(old, new)]
  }

  /// A kernel with a mistake, tried with a rule that calls it.
  init(_ rule: String, _ name: String, _ kernel: WrongKernel, on net: @escaping @Sendable () -> Example) {
    (self.rule, self.name, self.net, self.kernel) = (rule, name, net, kernel)
  }

  /// A rule with several changes.
  init(
    _ rule: String, _ name: String, edits: [(old: String, new: String)],
    on net: @escaping @Sendable () -> Example
  ) {
    (self.rule, self.name, self.net, self.edits) = (rule, name, net, edits)
  }

  /// The rule, with what is changed in it.
  func changedRule() throws -> Rule { try Self.rule(rule, edits) }

  /// How the planner is called.
  var planning: PlanOptions {
    var options = PlanOptions()
    if let kernel { options.kernels = kernel.registry }
    return options
  }

  /// A rule of the program, its text changed.
  static func rule(_ id: String, _ edits: [(old: String, new: String)] = []) throws -> Rule {
    for source in BuiltinRuleFiles.sources {
      let all = String(decoding: source.bytes, as: UTF8.self)
      guard let start = all.firstRange(of: "  - id: \(id)\n")?.lowerBound else { continue }
      let end = all[start...].dropFirst().firstRange(of: "\n  - id: ")?.lowerBound ?? all.endIndex
      var text = String(all[start..<end])
      for (old, new) in edits {
        let parts = text.split(separator: old, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw MutationError(rule: id, text: old, count: parts.count - 1) }
        text = parts.joined(separator: new)
      }
      text = "schema: 1\nrules:\n\(text)\n"
      let file = try RuleFile(
        SourceText(path: source.path, bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
        reasons: Refusal.Reason.codes, isBuiltin: true)
      if let rule = file.rules.first(where: { $0.id == id }) { return rule }
    }
    throw MutationError(rule: id, text: "", count: 0)
  }
}

/// A mutation that does not fit the rule any more.
struct MutationError: Error {
  var rule: String
  var text: String
  var count: Int
}
