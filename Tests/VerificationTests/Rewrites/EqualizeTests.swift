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
  private static let conv = "convolution_param { num_output: 4 kernel_size: 3 pad: 1 }"

  /// Three convolutions with a ReLU and a pooling between; channel 2 of the first one is dead.
  private func example(_ storage: Example.Storage = .float) -> Example {
    var example = Example([1, 3, 8, 8], storage: storage)
    example.add("a", "Convolution", "data", Self.conv, blobs: [([4, 3, 3, 3], 0), ([4], 0)])
    example.add("gain", "Scale", "a", blobs: [([4], 9)])
    example.add("relu", "ReLU", "gain", "relu_param { negative_slope: 0.125 }", top: "gain")
    example.add("b", "Convolution", "gain", Self.conv, blobs: [([4, 4, 3, 3], 0), ([4], 0)])
    example.add("pool", "Pooling", "b", "pooling_param { kernel_size: 2 stride: 2 }")
    example.add(
      "c", "InnerProduct", "pool", "inner_product_param { num_output: 5 }", blobs: [([5, 64], 0), ([5], 0)])
    return example
  }

  private func plan(_ example: Example, _ file: WeightsFile) throws -> Plan {
    try example.plan(file, ids: ["conv-scale", "equalize"])
  }

  /// The largest weight of each row of a matrix.
  private func ranges(_ blob: [Double], rows: Int) -> [Double] {
    let length = blob.count / rows
    return (0..<rows).map { row in blob[row * length..<(row + 1) * length].reduce(0) { max($0, $1.magnitude) }
    }
  }

  /// The largest weight of each column of a matrix with `columns` columns of `width` numbers.
  private func ranges(_ blob: [Double], columns: Int, width: Int) -> [Double] {
    var largest = [Double](repeating: 0, count: columns)
    for (place, number) in blob.enumerated() {
      let column = place / width % columns
      largest[column] = max(largest[column], number.magnitude)
    }
    return largest
  }

  @Test(arguments: [Example.Storage.float, .double])
  func rangesAreEvenAndTheNetComputesTheSame(_ storage: Example.Storage) throws {
    let example = example(storage)
    let file = try example.file()
    let plan = try plan(example, file)
    #expect(plan.rewrites.count { $0.rule == "equalize" } >= 2)
    let net = WorkingNet(plan.graph, weights: file, layouts: try BuiltinRules.load().layouts)
    func blob(_ name: Name) throws -> [Double] {
      let layer = try #require(plan.graph.liveLayers.first { plan.graph[$0].name == name })
      return try net.values(of: try #require(try net.blobs(of: layer))[0], layer: layer)
    }
    let (a, b, c) = (try blob("a"), try blob("b"), try blob("c"))
    let columns = ranges(b, columns: 4, width: 9)
    let blocks = ranges(c, columns: 4, width: 16)
    for (made, read) in zip(ranges(a, rows: 4) + ranges(b, rows: 4), columns + blocks) {
      #expect(made >= read / 2 && made <= 2 * read)
    }
    let report = try RewriteChecker(plan, weights: file).check()
    #expect(report.failures.isEmpty)
  }

  @Test func powersOfTwoRoundNothing() throws {
    // Without a fold there is nothing to round.
    var example = Example([1, 3, 8, 8])
    example.add("a", "Convolution", "data", Self.conv, blobs: [([4, 3, 3, 3], 20), ([4], 0)])
    example.add("relu", "ReLU", "a", top: "a")
    example.add("b", "Convolution", "a", Self.conv, blobs: [([4, 4, 3, 3], 0), ([4], 0)])
    let file = try example.file()
    let plan = try plan(example, file)
    #expect(plan.rewrites.count == 1)
    let report = try RewriteChecker(plan, weights: file).check()
    #expect(report.sites.map { $0.difference?.relative } == [0])
  }
}
