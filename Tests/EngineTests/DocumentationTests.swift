import CaffeIO
import Diagnostics
import Definitions
import Foundation
import RuleModel
import Rules
import Testing
import Verification

@testable import Engine

/// The examples of `Documentation/Rules.md` are what they say they are.
@Suite struct DocumentationTests {
  private static var page: String {
    let file = URL(fileURLWithPath: #filePath).appending(path: "../../../Documentation/Rules.md")
      .standardizedFileURL
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }

  /// The YAML blocks of the page, each with the fork's `caffe.proto` that stands before it, if any.
  private static var examples: [(rules: String, proto: String?)] {
    var examples: [(rules: String, proto: String?)] = []
    var proto: String?
    for block in page.components(separatedBy: "\n```") {
      if block.hasPrefix("proto\n") { proto = String(block.dropFirst(6)) }
      guard block.hasPrefix("yaml\n") else { continue }
      examples.append((String(block.dropFirst(5)), proto))
      proto = nil
    }
    return examples
  }

  private static func schema(_ proto: String?) throws -> Schema {
    guard let proto else { return .caffe }
    return try ForkSchema(parsing: SourceText(path: "fork.proto", bytes: Array(proto.utf8)))
      .merged(onto: .caffe).schema
  }

  @Test func everyExampleIsCheckedAndItsTestsPass() throws {
    let builtin = try BuiltinRules.load()
    #expect(Self.examples.count >= 20)
    for (example, proto) in Self.examples {
      let schema = try Self.schema(proto)
      let file = try RuleFile(
        SourceText(path: "Rules.md", bytes: Array(example.utf8)), kernels: KernelRegistry.signatures,
        reasons: Refusal.Reason.codes, operators: OperatorForm.all,
        fields: SchemaFields(schema, isComplete: proto != nil))
      for definition in file.definitions {
        for outcome in DefinitionTestRunner.run(definition, schema: schema) {
          #expect(
            outcome.failure == nil, "'\(outcome.name)' of \(definition.types[0]): \(outcome.failure ?? "")")
        }
      }
      for rule in file.rules {
        let outcomes = RuleTestRunner.run(
          rule, layouts: builtin.layouts + file.meanings, schema: schema)
        #expect(!outcomes.isEmpty, "example '\(rule.id)' has no tests")
        for outcome in outcomes {
          #expect(outcome.failure == nil, "example '\(rule.id)', test '\(outcome.name)'")
        }
      }
    }
  }

  /// The lines of the page's equations.
  private static let equations: [String] = page.components(separatedBy: "\n```").flatMap { block in
    block.hasPrefix("expressions\n") ? block.split(separator: "\n").dropFirst().map(String.init) : []
  }

  @Test(arguments: equations)
  func everyEquationIsTrue(equation: String) throws {
    let text = """
      schema: 1
      rules:
        - id: equation
          summary: S.
          match: {drop: {type: Dropout}}
          where: "\(equation)"
          rewrite: {remove: drop}
          tests:
            - name: it holds
              net: |
                input: "data"
                layer { name: "d" type: "Dropout" bottom: "data" top: "d" }
                layer { name: "r" type: "ReLU" bottom: "d" top: "r" }
              expect: {layers: [r]}
      """
    let file = try RuleFile(
      SourceText(path: "equation.yaml", bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes)
    #expect(RuleTestRunner.run(file.rules[0], layouts: []).map(\.failure) == [nil])
  }

  /// Whatever a rule can say stands in an example that the tests above run.
  @Test func everyFeatureHasAnExample() {
    let examples = Self.examples.map(\.rules).joined(separator: "\n")
    func occurs(_ key: String) -> Bool {
      ["\n\(key):", " \(key):", "{\(key):"].contains(where: examples.contains)
    }
    for shape in KeyReference.shapes {
      for key in shape.names { #expect(occurs(key), "'\(key)' of \(shape.name)") }
    }
    for kernel in KernelRegistry.signatures {
      #expect(
        ["}", ","].contains { examples.contains("kernel: \(kernel.name)\($0)") }, "kernel '\(kernel.name)'")
    }
    let expressions = examples + Self.equations.joined(separator: "\n")
    for function in ExpressionFunction.all {
      #expect(expressions.contains("\(function.name)("), "function '\(function.name)'")
    }
  }

  @Test func everyKernelIsDescribed() {
    for word in KernelRegistry.signatures.map(\.name) {
      #expect(Self.page.contains("`\(word)`") || Self.page.contains("kernel: \(word)"), "'\(word)'")
    }
  }

  /// The page has the table of reasons as their types give it.
  @Test func theTableOfReasonsIsTheirs() {
    #expect(
      Self.page.contains(Refusal.Reason.reference), "replace the table by:\n\(Refusal.Reason.reference)")
    // Reasons that share a code mean one thing by it.
    for (code, kinds) in Dictionary(grouping: Refusal.Reason.kinds, by: { $0.code.word }) {
      #expect(Set(kinds.map { $0.code.meaning }).count == 1, "\(code)")
    }
  }
}
