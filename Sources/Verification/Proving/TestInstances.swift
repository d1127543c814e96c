import CaffeIO
import Diagnostics
import Layers
import RuleModel
import Rules

/// The nets of a rule's own tests, with the shapes that they declare or others, and numbers of many kinds.
///
/// They reach what the pattern alone does not say: how its layers are surrounded, and combinations of parameters that
/// hardly come up at random.
struct TestInstances {
  private let tests: [RuleTest]
  private let rule: Rule
  private let shapes: BlobShapes
  private let state: NetState

  init(_ rule: Rule, layouts: [BlobLayout], defined: DefinedTypes, state: NetState) {
    // A net is meant for the parameters of its test.
    tests = rule.tests.filter { test in
      guard case .rewritten = test.expectation else { return false }
      return rule.parameters.allSatisfy {
        rule.value(ofParameter: $0.name) == test.arguments[$0.name] ?? $0.fallback
      }
    }
    self.rule = rule
    shapes = BlobShapes(layouts: layouts, defined: defined)
    self.state = state
  }

  /// How many tests expect a rewrite.
  var count: Int { tests.count }

  /// The decisions for a test's net as it is declared, on inputs of some size; the numbers are drawn.
  func declared(_ test: Int, size: Int) -> [Choices.Decision] {
    [
      Choices.Decision(name: "test", value: test), Choices.Decision(name: "other shapes", value: 0),
      Choices.Decision(name: InstanceBuilder.sizeDecision, value: size),
    ]
  }

  /// The net that `choices` stand for, and the choices that it took.
  func instance(_ choices: Choices) throws -> (instance: ProofInstance, choices: Choices) {
    var builder = InstanceBuilder(choices, shapes: shapes)
    let test = builder.choices.pick("test", tests)
    // Weights that a test gives are for the shapes that it declares.
    let keepsShapes = builder.choices.choose("other shapes", below: 2) == 0 || !test.weights.isEmpty
    for given in test.weights {
      builder.given[Name(given.layer)] = try given.tensors(rule.values).map {
        NetValue(shape: $0.shape, values: $0.values)
      }
    }
    let rank = builder.choices.pick("rank", [4, 4, 4, 2, 3, 5])
    let instance = try builder.finish(test.net, state: state) { declared, choices in
      if keepsShapes, let declared { return declared }
      var shape = [1 + choices.choose("images", below: 2)]
      shape.append(choices.pick("channels", [1, 2, 3, 4, 6, 8]))
      while shape.count < rank { shape.append(1 + choices.choose("size \(shape.count)", below: 7)) }
      return shape
    }
    return (instance, builder.choices)
  }
}
