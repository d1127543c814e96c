import CaffeIO
import Definitions
import Diagnostics
import Foundation
import RuleModel
import Tensors
import Verification
import YAML

@testable import Engine
@testable import Rules

let ruleFileLimits = [
  Limit(
    "bytes of a file", YAMLLimits().bytes, "YAMLLimits.bytes", in: "YAML/YAMLDocument.swift", unit: .bytes,
    tried: 7
  ) { size, limit in
    _ = try YAMLDocument(source(repeated("a", size)), limits: YAMLLimits(bytes: limit))
  },
  Limit(
    "levels of lists and mappings", YAMLLimits().depth, "YAMLLimits.depth", in: "YAML/YAMLDocument.swift"
  ) { size, _ in
    _ = try YAMLDocument(source(repeated("[", size) + repeated("]", size)))
  },
  Limit("values in a file", YAMLLimits().nodes, "YAMLLimits.nodes", in: "YAML/YAMLDocument.swift", tried: 7) {
    size, limit in
    _ = try YAMLDocument(
      source("[" + repeated("1, ", size - 1) + "]"), limits: YAMLLimits(nodes: limit))
  },
  Limit(
    "bytes of one text", YAMLLimits().scalarLength, "YAMLLimits.scalarLength",
    in: "YAML/YAMLDocument.swift", unit: .bytes
  ) { size, _ in
    _ = try YAMLDocument(source(repeated("a", size)))
  },
  Limit(
    "rule files that extend one another in a row", RuleFiles.depthLimit, "RuleFiles.depthLimit",
    in: "Rules/Documents/RuleFiles.swift"
  ) { size, _ in
    @Sendable func file(_ number: Int) -> SourceText {
      let extends = number < size - 1 ? "extends: \(number + 1).yaml\n" : ""
      return SourceText(path: "\(number).yaml", bytes: Array("schema: 1\n\(extends)rules: []\n".utf8))
    }
    let files = RuleFiles(
      [file(0)], isKnown: { _ in false }, check: { RuleFile.check($0, kernels: [], reasons: []) }
    ) {
      [file(Int($0.dropLast(5)) ?? 0)]
    }
    if let error = files.errors.first { throw error }
  },
  Limit(
    "errors of a file that are told", RuleProblems.limit, "RuleProblems.limit",
    in: "Rules/Checking/RuleProblems.swift", isExact: false
  ) { size, _ in
    let (file, _) = RuleFile.check(
      source("schema: 1\n" + (0..<size).map { "k\($0): 1\n" }.joined()), kernels: [], reasons: [])
    if let note = file.notes.first { throw Words(text: note.sentence) }
  },
  Limit(
    "notes of a file that are told", RuleNotes.limit, "RuleNotes.limit",
    in: "Rules/Checking/RuleNotes.swift"
  ) { size, _ in
    // One type in many spellings: another letter in the place of one.
    let types = list(size) { number in
      var letters = Array("Convolution")
      letters[1 + number / 26] = Character(UnicodeScalar(UInt8(65 + number % 26)))
      return String(letters)
    }
    let (file, _) = RuleFile.check(
      source(rule(match: "{a: {type: [\(types)]}}")), kernels: [], reasons: [],
      fields: SchemaFields(.caffe, isComplete: false))
    if file.notes.count < size { throw Words(text: "only \(file.notes.count) notes are told") }
  },
  Limit(
    "captures of a rule", PatternChecker.captureLimit, "PatternChecker.captureLimit",
    in: "Rules/Checking/PatternChecker.swift"
  ) { size, _ in
    try check(rule(match: "{" + list(size) { "c\($0): {}" } + "}"))
  },
  Limit(
    "repetitions of a chain", PatternChecker.chainLimit, "PatternChecker.chainLimit",
    in: "Rules/Checking/PatternChecker.swift"
  ) { size, _ in
    try check(rule(match: "{a: {type: ReLU, repeat: 1..\(size)}}"))
  },
  Limit(
    "names under `let` of a rule", RuleChecker.letLimit, "RuleChecker.letLimit",
    in: "Rules/Checking/RuleChecker.swift"
  ) { size, _ in
    try check(rule(more: "let: {" + list(size) { "l\($0): 1" } + "}"))
  },
  Limit(
    "parameters of a rule", ParameterChecker.limit, "ParameterChecker.limit",
    in: "Rules/Checking/ParameterChecker.swift"
  ) { size, _ in
    try check(rule(more: "parameters: {" + list(size) { "p\($0): {type: number, summary: S.}" } + "}"))
  },
  Limit(
    "new layers in one place of a rule", TemplateChecker.layerLimit, "TemplateChecker.layerLimit",
    in: "Rules/Checking/TemplateChecker.swift"
  ) { size, _ in
    try check(rule(rewrite: "{replace: a, with: [" + list(size) { _ in "{type: TanH}" } + "]}"))
  },
  Limit(
    "numbers in the value of a parameter", RuleParameter.Kind.numberLimit, "RuleParameter.Kind.numberLimit",
    in: "Rules/Selection/ParameterValue.swift"
  ) { size, _ in
    guard RuleParameter.Kind.numbers.value(of: "zeros(\(size))") != nil else {
      throw Words(text: "the value is no \(RuleParameter.Kind.numbers.phrase)")
    }
  },
]

let expressionLimits = [
  Limit(
    "bytes of an expression", ExpressionLimits().length, "ExpressionLimits.length", in: expressions,
    unit: .bytes
  ) { size, _ in
    _ = try Expression(parsing: repeated(" ", size - 1) + "1")
  },
  Limit("levels of an expression", ExpressionLimits().depth, "ExpressionLimits.depth", in: expressions) {
    size, _ in
    _ = try Expression(parsing: repeated("(", size - 1) + "1" + repeated(")", size - 1))
  },
  Limit(
    "numbers of one tensor in memory", ExpressionLimits().elements, "ExpressionLimits.elements",
    in: expressions, tried: 100
  ) { size, limit in
    try evaluate("concat([zeros(50), zeros(\(size - 50))])", ExpressionLimits(elements: limit))
  },
  Limit(
    "numbers of a tensor that is computed while it is written", ExpressionLimits().lazyElements,
    "ExpressionLimits.lazyElements", in: expressions, tried: 100
  ) { size, limit in
    // More than are held: the shape alone is looked at.
    let limits = ExpressionLimits(heldElements: 0, lazyElements: limit)
    try evaluate("sum(ones(\(size)) + 1)", limits)
  },
  Limit(
    "numbers that are held for one match: all names, conditions and steps together",
    ExpressionLimits().totalElements, "ExpressionLimits.totalElements", in: expressions, tried: 100,
    isExact: false
  ) { size, limit in
    try evaluate("zeros(\(size)) + zeros(\(size))", ExpressionLimits(totalElements: limit))
  },
  Limit(
    "numbers more, for each number of a blob that they read", ExpressionLimits().elementsPerBlobElement,
    "ExpressionLimits.elementsPerBlobElement", in: expressions, then: "as above",
    test: "ExpressionBudgetTests.blobsThatAreReadAddToTheLimit"),
  Limit(
    "numbers that are held for one match, whatever it reads", ExpressionLimits().mostElements,
    "ExpressionLimits.mostElements", in: expressions, then: "as above",
    test: "ExpressionBudgetTests.blobsThatAreReadAddToTheLimit"),
  Limit(
    "operations for one match, about a minute", ExpressionLimits().operations, "ExpressionLimits.operations",
    in: expressions, tried: 100, isExact: false
  ) { size, limit in
    try evaluate("sum(ones([\(size)]) + 1)", ExpressionLimits(heldElements: 0, operations: limit))
  },
  Limit(
    "items of a list, those of inner lists counted", ExpressionLimits().listItems,
    "ExpressionLimits.listItems", in: expressions, tried: 7
  ) { size, limit in
    try evaluate("len([" + list(size) { "\"\($0)\"" } + "])", ExpressionLimits(listItems: limit))
  },
  Limit(
    "multiplications of one `matmul`, `convolve` or `inverse`", ExpressionLimits().multiplications,
    "ExpressionLimits.multiplications",
    in: expressions, tried: 100
  ) { size, limit in
    try evaluate(
      "matmul(ones([\(size), 1]), ones([1, 1]))", ExpressionLimits(multiplications: limit))
  },
  Limit(
    "the smaller size of the matrix of one `svd`, squared, times the larger",
    ExpressionLimits().factorisation,
    "ExpressionLimits.factorisation", in: expressions, tried: 100
  ) { size, limit in
    try evaluate("svd(ones([\(size), 1])).s", ExpressionLimits(factorisation: limit))
  },
]

private let expressions = "RuleModel/Expressions/Expression.swift"

let planningLimits = [
  Limit(
    "steps of one search", Matcher.stepLimit, "Matcher.stepLimit", in: "Engine/Matching/Matcher.swift",
    then: "no match; the reason is `search-limit`", test: "PlanningLimitTests.aSearchEnds"),
  Limit(
    "bottoms of a layer under `every`", Matcher.everyLimit, "Matcher.everyLimit",
    in: "Engine/Matching/Matcher.swift"
  ) { size, _ in
    let inputs = (0..<size).map {
      "layer { name: \"t\($0)\" type: \"TanH\" bottom: \"data\" top: \"t\($0)\" }\n"
    }
    let bottoms = (0..<size).map { "bottom: \"t\($0)\" " }
    let plan = try plan(
      inputs.joined() + "layer { name: \"c\" type: \"Concat\" \(bottoms.joined()) top: \"c\" }",
      rules: """
          - {id: r, summary: S., match: {t: {type: TanH}, c: {type: Concat, bottom: {every: t}}}, rewrite: {remove: c}}
        """)
    if let refusal = plan.refusals.first { throw Words(text: refusal.sentence) }
  },
  Limit(
    "layers that share parameters and are rewritten together", Planner.branchLimit, "Planner.branchLimit",
    in: "Engine/Planning/Planner+Sharing.swift", then: "no match; the reason is `shared-parameter`",
    test: "PlanningLimitTests.manyBranches"),
  Limit(
    "layers or values of one `each`", Repetition.limit, "Repetition.limit",
    in: "RuleModel/Rule/LayerTemplate.swift"
  ) { size, _ in
    let plan = try plan(
      "layer { name: \"t\" type: \"TanH\" bottom: \"data\" top: \"t\" }",
      rules: """
          - id: r
            summary: S.
            match: {t: {type: TanH}}
            rewrite: {replace: t, with: [{as: a, type: ReLU, each: {i: \(size)}, bottom: "t.bottoms[0]"}, {type: Concat, bottom: a}]}
        """)
    if let refusal = plan.nearMisses.first { throw Words(text: refusal.sentence) }
  },
  Limit(
    "rewrites of its own results that a rule may ask for (`passes`)", RuleChecker.passLimit,
    "RuleChecker.passLimit", in: "Rules/Checking/RuleChecker.swift"
  ) { size, _ in
    let text =
      "schema: 1\nrules:\n  - {id: r, summary: S., passes: \(size), match: {a: {type: ReLU}}, rewrite: {remove: a}}\n"
    let (_, errors) = RuleFile.check(source(text), kernels: KernelRegistry.signatures, reasons: [])
    if let error = errors.first { throw error }
  },
  Limit(
    "new layers that are made of new layers, one after the other", Planner.generationLimit,
    "Planner.generationLimit", in: "Engine/Planning/Planner.swift", isExact: false
  ) { _, _ in
    _ = try plan(
      "layer { name: \"a\" type: \"ReLU\" bottom: \"data\" top: \"a\" }",
      rules: """
          - {id: r, summary: S., match: {a: {type: ReLU}}, rewrite: {replace: a, with: [{type: TanH}, {type: ELU}]}}
          - {id: s, summary: S., match: {a: {type: ELU}}, rewrite: {replace: a, with: [{type: TanH}, {type: ReLU}]}}
        """)
  },
  Limit(
    "new layers that the rules of a run make", Planner.newLayers, "Planner.newLayers",
    in: "Engine/Planning/Planner.swift", isExact: false
  ) { _, _ in
    let rules = (0..<20).map {
      "  - {id: r\($0), summary: S., match: {a: {type: T\($0)}}, "
        + "rewrite: {replace: a, with: [{type: T\($0 + 1)}, {type: T\($0 + 1)}]}}\n"
    }
    _ = try plan("layer { name: \"a\" type: \"T0\" bottom: \"data\" top: \"a\" }", rules: rules.joined())
  },
  Limit(
    "new layers more, for each layer of the net", Planner.newLayersPerLayer, "Planner.newLayersPerLayer",
    in: "Engine/Planning/Planner.swift", then: "as above",
    test: "RuleGrowthTests.layersThatDoubleInEveryGenerationAreCounted"),
  Limit(
    "layers that one rewrite makes by definitions", LayerExpansion.limit, "LayerExpansion.limit",
    in: "Engine/Expansion/LayerExpansion.swift"
  ) { size, _ in
    let plan = try plan(
      "layer { name: \"m\" type: \"VendorMany\" bottom: \"data\" top: \"m\" }",
      rules: "  - {id: r, summary: S., match: {m: {type: VendorMany}}, rewrite: {expand: m}}\n",
      definitions: """
          - type: VendorMany
            summary: S.
            bottoms: [x]
            means:
              - each: {i: \(size - 1)}
                means: [{type: TanH, bottom: x, top: t}]
              - {type: ReLU, bottom: x}
        """)
    if let refusal = plan.nearMisses.first { throw Words(text: refusal.sentence) }
  },
  Limit(
    "levels of definitions, where the layers of a definition are defined by layers in turn",
    WorkingNet.expansionLimit, "WorkingNet.expansionLimit", in: "Engine/Expansion/WorkingNet+Meanings.swift"
  ) { size, _ in
    let definitions = (0..<size).map {
      "  - {type: T\($0), summary: S., means: [{type: \($0 < size - 1 ? "T\($0 + 1)" : "ReLU")}]}\n"
    }
    try planByShape(definitions.joined())
  },
  Limit(
    "layers that one layer becomes by all these levels; each layer of a level gets an equal share",
    LayerExpansion.nestedLimit, "LayerExpansion.nestedLimit", in: "Engine/Expansion/LayerExpansion.swift",
    isExact: false
  ) { size, _ in
    // One layer more than the share of each of 32 layers.
    let counts = [31, size / 32]
    let definitions = counts.enumerated().map { level, count in
      """
        - type: T\(level)
          summary: S.
          bottoms: [x]
          means:
            - each: {i: \(count)}
              means: [{type: \(level == 0 ? "T1" : "ReLU"), bottom: x, top: t}]
            - {type: Concat, bottom: t}

      """
    }
    try planByShape(definitions.joined())
  },
]

/// Plans a net with a layer T0 whose shape a rule asks for, and throws what is said of the definition that fails.
private func planByShape(_ definitions: String) throws {
  let plan = try plan(
    """
    input_shape { dim: 1 dim: 2 dim: 3 dim: 3 }
    layer { name: "m" type: "T0" bottom: "data" top: "m" }
    """,
    rules: """
        - {id: r, summary: S., once: true, match: {m: {type: T0}}, where: "m.tops[0].rank == 4", rewrite: {rename: {m: n}}}

      """,
    definitions: definitions)
  guard let refusal = plan.nearMisses.first else { return }
  let words = refusal.sentence
  // Every level says that it does not know the shape.
  throw Words(text: words.range(of: "the definition of").map { String(words[$0.lowerBound...]) } ?? words)
}

/// `f(0), f(1), …`
private func list(_ count: Int, _ item: (Int) -> String) -> String {
  (0..<count).map(item).joined(separator: ", ")
}

/// A file of one rule.
private func rule(
  match: String = "{a: {type: ReLU}}", rewrite: String = "{remove: a}", more: String = ""
) -> String {
  """
  schema: 1
  rules:
  - id: r
    summary: S.
    match: \(match)
    rewrite: \(rewrite)
    \(more)
  """
}

/// Throws the first error of a file.
private func check(_ text: String) throws {
  let (_, errors) = RuleFile.check(source(text), kernels: KernelRegistry.signatures, reasons: [])
  if let error = errors.first { throw error }
}

private func evaluate(_ text: String, _ limits: ExpressionLimits) throws {
  let expression = try Expression(parsing: text, limits: limits)
  _ = try ExpressionEvaluator(NamedValues(), limits: limits).value(of: expression)
}

/// Plans a net behind an input `data`, by rules.
func plan(_ layers: String, rules: String, definitions: String = "") throws -> Plan {
  let layersOfFile = definitions.isEmpty ? "" : "layers:\n\(definitions)"
  let file = try RuleFile(
    SourceText(path: "my.yaml", bytes: Array("schema: 1\nrules:\n\(rules)\(layersOfFile)".utf8)),
    kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes, operators: OperatorForm.all)
  let definition = try NetDefinition(TextDocument(source("input: \"data\"\n" + layers)))
  return try Planner.plan(
    NetGraph(definition, state: NetState(phase: .test)), weights: nil,
    rules: RuleSet(file.rules, layouts: file.meanings))
}
