import CaffeIO
import Engine
import Testing
import WireTestSupport

@testable import Verification

@Suite struct RewriteCheckerTests {
  /// Linear layers of every kind with a BatchNorm and a Scale behind them: type, parameters, weights' shape.
  static let linear: [(type: String, parameters: String, shape: [Int], input: [Int])] = [
    (
      "Convolution", "convolution_param { num_output: 6 kernel_size: 3 pad: 1 stride: 2 }", [6, 4, 3, 3],
      [1, 4, 9, 9]
    ),
    (
      "Convolution", "convolution_param { num_output: 6 kernel_size: 1 group: 2 }", [6, 2, 1, 1],
      [1, 4, 9, 9]
    ),
    (
      "Convolution",
      "convolution_param { num_output: 6 kernel_h: 1 kernel_w: 5 pad_h: 0 pad_w: 2 dilation: 1 }",
      [6, 4, 1, 5], [1, 4, 9, 9]
    ),
    (
      "Convolution", "convolution_param { num_output: 6 kernel_size: 3 dilation: 4 pad: 4 }", [6, 4, 3, 3],
      [1, 4, 9, 9]
    ),
    ("Convolution", "convolution_param { num_output: 6 kernel_size: 3 }", [6, 4, 3], [1, 4, 9]),
    (
      "DepthwiseConvolution", "convolution_param { num_output: 6 kernel_size: 3 }", [6, 1, 3, 3],
      [1, 6, 9, 9]
    ),
    (
      "Deconvolution", "convolution_param { num_output: 6 kernel_size: 4 stride: 2 pad: 1 }", [6, 6, 4, 4],
      [1, 6, 9, 9]
    ),
    (
      "Deconvolution", "convolution_param { num_output: 6 kernel_size: 2 stride: 2 group: 3 }", [6, 2, 2, 2],
      [1, 6, 9, 9]
    ),
    ("InnerProduct", "inner_product_param { num_output: 6 }", [6, 36], [1, 4, 3, 3]),
    ("InnerProduct", "inner_product_param { num_output: 6 transpose: true }", [36, 6], [1, 4, 3, 3]),
  ]

  private func example(_ linear: Int, bias: Bool, storage: Example.Storage = .float) -> Example {
    let case_ = Self.linear[linear]
    var example = Example(case_.input, storage: storage)
    var parameters = case_.parameters
    if !bias { parameters = parameters.replacing("num_output", with: "bias_term: false num_output") }
    example.add(
      "conv", case_.type, "data", parameters, blobs: [(case_.shape, 0)] + (bias ? [([6], 0)] : []))
    example.addNormalisation("conv", channels: 6)
    return example
  }

  @Test(arguments: linear.indices, [true, false])
  func foldsAreWithinTheTolerance(linear: Int, bias: Bool) throws {
    let report = try example(linear, bias: bias).check()
    #expect(report.sites.count == 1 && report.failures.isEmpty)
    let site = try #require(report.sites.first)
    #expect(site.name == "conv" && site.layers == ["conv", "bn", "scale"])
    let difference = try #require(site.difference)
    #expect(difference.blob == "scale" && difference.relative > 0 && difference.relative < 3e-7)
  }

  /// The BatchNorm reads what a Dropout makes that another rule removes: seen alone, neither site hangs together.
  @Test func whatReadsALayerThatAnotherRuleRemovesIsOfItsSite() throws {
    var example = Example([1, 6, 5, 5])
    example.add(
      "fc", "InnerProduct", "data", "inner_product_param { num_output: 4 }",
      blobs: [([4, 150], 0), ([4], 0)])
    example.add("drop", "Dropout", "fc", top: "fc")
    example.addNormalisation("fc", channels: 4)
    let report = try example.check()
    #expect(report.failures.isEmpty)
    #expect(report.sites.map(\.layers) == [["fc", "drop", "bn", "scale"]])
    #expect(try #require(report.sites.first?.difference).relative < 3e-7)
  }

  @Test(arguments: Example.Storage.allCases)
  func theStoredTypeIsAllowedItsRounding(storage: Example.Storage) throws {
    let report = try example(0, bias: true, storage: storage).check()
    #expect(report.failures.isEmpty)
    let site = try #require(report.sites.first)
    let relative = try #require(site.difference?.relative)
    switch storage {
    case .float: #expect(relative > 1e-9 && relative < 3e-7 && site.unrounded == nil)
    case .double: #expect(relative < 1e-14 && site.unrounded == nil)
    case .half:
      #expect(relative > 1e-5 && relative < 2e-3)
      #expect(try #require(site.unrounded?.relative) < 1e-13)
    }
  }

  /// Rules that compute something else, by what they get wrong.
  static let wrong: [(what: String, rule: String)] = [
    ("eps forgotten", fold(s: "rsqrt(bn.blobs[1] / f)", t: "-bn.blobs[0] / f * s")),
    ("factor forgotten", fold(s: "rsqrt(bn.blobs[1] + 1e-5)", t: "-bn.blobs[0] * s")),
    ("mean not scaled", fold(s: "rsqrt(bn.blobs[1] / f + 1e-5)", t: "-bn.blobs[0] / f")),
    ("bias not scaled", byHand(weights: "conv.blobs[0] * rows(s)", bias: "conv.blobs[1] + t")),
    ("bias dropped", byHand(weights: "conv.blobs[0] * rows(s)", bias: "t + 0 * conv.blobs[1]")),
    ("shift dropped", byHand(weights: "conv.blobs[0] * rows(s)", bias: "conv.blobs[1] * s")),
    ("input channels scaled", byHand(weights: "conv.blobs[0] * columns(s)", bias: "conv.blobs[1] * s + t")),
    ("weights left", byHand(weights: "conv.blobs[0]", bias: "conv.blobs[1] * s + t")),
  ]

  private static func fold(s: String, t: String) -> String {
    """
      - id: wrong
        summary: A wrong fold.
        match: {conv: {type: [Convolution, Deconvolution, InnerProduct]}, bn: {type: BatchNorm, bottom: conv}}
        let: {f: "bn.blobs[2]", s: "\(s)", t: "\(t)"}
        transform: [{kernel: fold-affine, into: conv, scale: s, shift: t}]
        rewrite: {keep: conv, remove: bn}
        tests: []
    """
  }

  private static func byHand(weights: String, bias: String) -> String {
    """
      - id: wrong
        summary: A wrong fold.
        match: {conv: {type: Convolution}, bn: {type: BatchNorm, bottom: conv}}
        let: {s: "affine(bn).scale", t: "affine(bn).shift"}
        transform:
          - {set: "conv.blobs[0]", to: "\(weights)"}
          - {set: "conv.blobs[1]", to: "\(bias)"}
        rewrite: {keep: conv, remove: bn}
        tests: []
    """
  }

  @Test(arguments: wrong.indices, Example.Storage.allCases)
  func wrongRulesAreFound(rule: Int, storage: Example.Storage) throws {
    var example = Example([1, 6, 5, 5], storage: storage)
    example.add(
      "conv", "Convolution", "data", "convolution_param { num_output: 6 kernel_size: 3 pad: 1 }",
      blobs: [([6, 6, 3, 3], 0), ([6], 0)])
    example.addNormalisation("conv", channels: 6)
    let report = try example.check(rules: Self.wrong[rule].rule)
    #expect(report.failures.count == 1, "\(Self.wrong[rule].what): \(report.sites)")
  }
}
