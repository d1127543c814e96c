import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules
import WireTestSupport

@testable import Verification

/// A small net with random weights, and the plans made for it.
struct Example {
  /// How its weights are stored.
  enum Storage: CaseIterable {
    case float
    case double
    case half
  }

  private var text = ""
  private var weights: [UInt8] = []
  private var random = SeededRandom(7)
  private let storage: Storage

  /// A net with one input of these dimensions.
  init(_ dimensions: [Int], storage: Storage = .float) {
    self.storage = storage
    let shape = dimensions.map { "dim: \($0) " }.joined()
    text = "input: \"data\" input_shape { \(shape)}\n"
  }

  /// Adds a layer; its blobs get random numbers around a mean.
  ///
  /// - Parameter factors: what the numbers of each channel are multiplied by, along the first axis of the first blob.
  mutating func add(
    _ name: String, _ type: String, _ bottom: String, _ parameters: String = "", and other: String? = nil,
    top: String? = nil, factors: [Double]? = nil, blobs: [(shape: [Int], mean: Double)] = []
  ) {
    let read = ([bottom] + (other.map { [$0] } ?? [])).map { "bottom: \"\($0)\" " }.joined()
    text += "layer { name: \"\(name)\" type: \"\(type)\" \(read)top: \"\(top ?? name)\" \(parameters) }\n"
    let encoded = blobs.enumerated().map { place, blob in
      let count = blob.shape.reduce(1, *)
      return encode(
        (0..<count).map { number in
          let factor = place == 0 ? factors?[number * blob.shape[0] / count] ?? 1 : 1
          return factor * (blob.mean + Double.random(in: -0.5...0.5, using: &random))
        }, blob.shape)
    }
    weights += Wire.layer(name, type, blobs: encoded)
  }

  private func encode(_ values: [Double], _ shape: [Int]) -> [UInt8] {
    switch storage {
    case .float: Wire.blob(values.map { Float($0) }, shape)
    case .double: Wire.shape(shape) + Wire.bytes(8, Wire.doubles(values))
    case .half:
      Wire.shape(shape) + Wire.number(10, 2) + Wire.bytes(12, Wire.halves(values.map { Float16($0) }))
    }
  }

  /// Adds a BatchNorm with a moving-average factor, and a Scale.
  mutating func addNormalisation(_ bottom: String, channels: Int) {
    add("bn", "BatchNorm", bottom, blobs: [([channels], 1), ([channels], 2), ([1], 3)])
    add("scale", "Scale", "bn", "scale_param { bias_term: true }", blobs: [([channels], 1), ([channels], 2)])
  }

  /// The weights file.
  func file() throws -> WeightsFile { try WeightsFile(TestFiles.input(weights)) }

  /// The plan by rules: the built-in ones, or those of a text.
  func plan(_ file: WeightsFile, rules: String? = nil, options: PlanOptions = PlanOptions()) throws -> Plan {
    let builtin = try BuiltinRules.load()
    var selected = builtin.rules
    if let rules {
      let text = "schema: 1\nrules:\n" + rules
      selected = try RuleFile(
        SourceText(path: "my.yaml", bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
        reasons: Refusal.Reason.codes
      ).rules
    }
    let set = try RuleSet(selected, layouts: builtin.layouts, selection: RuleSet.Selection())
    let definition = try NetDefinition(
      TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8))))
    return try Planner.plan(
      try NetGraph(definition, state: NetState(phase: .test)), weights: file, rules: set, options: options)
  }

  /// The plan by a single rule.
  func plan(_ file: WeightsFile, rule: Rule, options: PlanOptions = PlanOptions()) throws -> Plan {
    var selection = RuleSet.Selection()
    selection.select = [rule.id]
    let set = try RuleSet([rule], layouts: BuiltinRules.load().layouts, selection: selection)
    let definition = try NetDefinition(
      TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8))))
    return try Planner.plan(
      try NetGraph(definition, state: NetState(phase: .test)), weights: file, rules: set, options: options)
  }

  /// The plan by built-in rules of these ids.
  func plan(_ file: WeightsFile, ids: [String]) throws -> Plan {
    var selection = RuleSet.Selection()
    selection.select = ids
    let (rules, layouts) = try BuiltinRules.load()
    let set = try RuleSet(rules, layouts: layouts, selection: selection)
    let definition = try NetDefinition(
      TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8))))
    return try Planner.plan(
      try NetGraph(definition, state: NetState(phase: .test)), weights: file, rules: set)
  }

  /// What checking the plan finds.
  func check(rules: String? = nil) throws -> RewriteCheckReport {
    let file = try file()
    let plan = try plan(file, rules: rules)
    return try RewriteChecker(plan, weights: file).check()
  }
}
