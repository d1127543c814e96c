import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules
import Testing

@testable import Verification

/// The kernel and the rule `equalize`.
@Suite struct EqualizeTests {
  private static let many = "convolution_param { num_output: 32 kernel_size: 3 pad: 1 }"
  private static let few = "convolution_param { num_output: 4 kernel_size: 3 pad: 1 }"

  /// One channel of the first layer has a range that leaves few steps to the others.
  private static let apart = Array(repeating: 1.0, count: 31) + [40]

  /// Two convolutions and an inner product with a ReLU and a pooling between.
  private func example(_ storage: Example.Storage = .float, factors: [Double] = apart) -> Example {
    var example = Example([1, 3, 8, 8], storage: storage)
    example.add("a", "Convolution", "data", Self.many, blobs: [([32, 3, 3, 3], 0), ([32], 0)])
    example.add("gain", "Scale", "a", factors: factors, blobs: [([32], 1)])
    example.add("relu", "ReLU", "gain", "relu_param { negative_slope: 0.125 }", top: "gain")
    example.add("b", "Convolution", "gain", Self.few, blobs: [([4, 32, 3, 3], 0), ([4], 0)])
    example.add("pool", "Pooling", "b", "pooling_param { kernel_size: 2 stride: 2 }")
    example.add(
      "c", "InnerProduct", "pool", "inner_product_param { num_output: 5 }", blobs: [([5, 64], 0), ([5], 0)])
    return example
  }

  private func plan(_ example: Example, _ file: WeightsFile) throws -> Plan {
    try example.plan(file, ids: ["conv-scale", "equalize"])
  }

  /// How many times the largest weight of one row of a matrix is as large as that of another, at most.
  private func spread(_ blob: [Double], rows: Int) -> Double {
    let length = blob.count / rows
    let ranges = (0..<rows).map { row in
      blob[row * length..<(row + 1) * length].reduce(0) { max($0, $1.magnitude) }
    }
    return ranges.max()! / ranges.min()!
  }

  /// The numbers of a layer's first blob after the rewrites.
  private func weights(of name: Name, _ plan: Plan, _ file: WeightsFile) throws -> [Double] {
    let net = WorkingNet(plan.graph, weights: file, layouts: try BuiltinRules.load().layouts)
    let layer = try #require(plan.graph.liveLayers.first { plan.graph[$0].name == name })
    return try net.values(of: try #require(try net.blobs(of: layer))[0], layer: layer)
  }

  @Test(arguments: [Example.Storage.float, .double])
  func rangesAreEvenerAndTheNetComputesTheSame(_ storage: Example.Storage) throws {
    let example = example(storage)
    let file = try example.file()
    let plan = try plan(example, file)
    #expect(plan.rewrites.contains { $0.rule == "equalize" })
    let folded = try weights(of: "a", example.plan(file, ids: ["conv-scale"]), file)
    #expect(try spread(weights(of: "a", plan, file), rows: 32) < 0.6 * spread(folded, rows: 32))
    let report = try RewriteChecker(plan, weights: file).check()
    #expect(report.failures.isEmpty)
  }

  @Test func rangesThatAreNearlyEvenStay() throws {
    let example = example(factors: Array(repeating: 1, count: 31) + [1.5])
    let plan = try plan(example, try example.file())
    #expect(!plan.rewrites.contains { $0.rule == "equalize" })
  }

  @Test func powersOfTwoRoundNothing() throws {
    // Without a fold there is nothing to round.
    var example = Example([1, 3, 8, 8])
    example.add(
      "a", "Convolution", "data", Self.many, factors: Self.apart, blobs: [([32, 3, 3, 3], 0), ([32], 0)])
    example.add("relu", "ReLU", "a", top: "a")
    example.add("b", "Convolution", "a", Self.few, blobs: [([4, 32, 3, 3], 0), ([4], 0)])
    let file = try example.file()
    let plan = try plan(example, file)
    #expect(!plan.rewrites.isEmpty)
    let report = try RewriteChecker(plan, weights: file).check()
    #expect(report.sites.map { $0.difference?.relative } == [0])
  }
}
