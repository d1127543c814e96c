import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules
import Testing
import Verification
import WireTestSupport

/// Each kernel against the layers' definitions, written out as loops in Double: what two layers compute before the fold is what
/// the one layer computes that is left. All small shapes, with and without bias, in groups, transposed.
@Suite struct KernelReferenceTests {
  /// Numbers of a value: channels of `size`×`size`.
  struct Picture {
    var channels: Int
    var size: Int
    var values: [Double]

    subscript(channel: Int, row: Int, column: Int) -> Double {
      get {
        guard 0..<size ~= row, 0..<size ~= column else { return 0 }
        return values[(channel * size + row) * size + column]
      }
      set { values[(channel * size + row) * size + column] = newValue }
    }

    init(channels: Int, size: Int) {
      (self.channels, self.size) = (channels, size)
      values = Array(repeating: 0, count: channels * size * size)
    }
  }

  /// A linear layer and its parameters.
  struct Linear: CustomTestStringConvertible {
    enum Kind: String {
      case convolution = "Convolution", deconvolution = "Deconvolution", product = "InnerProduct"
    }
    var kind: Kind
    var input: Int
    var output: Int
    var groups = 1
    var kernel = 1
    var pad = 0
    var isTransposed = false
    var hasBias: Bool

    static let size = 3

    var testDescription: String {
      "\(kind.rawValue) \(input)->\(output) groups \(groups) kernel \(kernel) pad \(pad) transposed \(isTransposed) bias \(hasBias)"
    }

    /// How many numbers one output of an inner product sums.
    var depth: Int { input * Self.size * Self.size }

    var weightShape: [Int] {
      switch kind {
      case .convolution: [output, input / groups, kernel, kernel]
      case .deconvolution: [input, output / groups, kernel, kernel]
      case .product: isTransposed ? [depth, output] : [output, depth]
      }
    }

    /// The layer as text.
    func text(_ name: String, _ bottom: String) -> String {
      let shared = "num_output: \(output) bias_term: \(hasBias)"
      let parameters =
        kind == .product
        ? "inner_product_param { \(shared) transpose: \(isTransposed) }"
        : "convolution_param { \(shared) kernel_size: \(kernel) group: \(groups) pad: \(pad) }"
      return
        "layer { name: \"\(name)\" type: \"\(kind.rawValue)\" bottom: \"\(bottom)\" top: \"\(name)\" \(parameters) }\n"
    }

    /// What Caffe's documentation says that the layer computes.
    func computed(_ x: Picture, weights: [Double], bias: [Double]?) -> Picture {
      var y: Picture
      let (perInput, perOutput) = (input / groups, output / groups)
      switch kind {
      case .product:
        y = Picture(channels: output, size: 1)
        for o in 0..<output {
          for k in 0..<depth {
            y[o, 0, 0] += x.values[k] * weights[isTransposed ? k * output + o : o * depth + k]
          }
        }
      case .convolution:
        y = Picture(channels: output, size: x.size + 2 * pad - kernel + 1)
        for o in 0..<output {
          for i in 0..<perInput {
            for row in 0..<y.size {
              for column in 0..<y.size {
                for a in 0..<kernel {
                  for b in 0..<kernel {
                    y[o, row, column] +=
                      x[o / perOutput * perInput + i, row + a - pad, column + b - pad]
                      * weights[((o * perInput + i) * kernel + a) * kernel + b]
                  }
                }
              }
            }
          }
        }
      case .deconvolution:
        y = Picture(channels: output, size: x.size - 2 * pad + kernel - 1)
        for i in 0..<input {
          for o in 0..<perOutput {
            for row in 0..<x.size {
              for column in 0..<x.size {
                for a in 0..<kernel {
                  for b in 0..<kernel {
                    let (r, c) = (row + a - pad, column + b - pad)
                    guard 0..<y.size ~= r, 0..<y.size ~= c else { continue }
                    y[i / perInput * perOutput + o, r, c] +=
                      x[i, row, column] * weights[((i * perOutput + o) * kernel + a) * kernel + b]
                  }
                }
              }
            }
          }
        }
      }
      for index in y.values.indices { y.values[index] += bias?[index / (y.size * y.size)] ?? 0 }
      return y
    }

    static let all: [Linear] = {
      var all: [Linear] = []
      for hasBias in [false, true] {
        for input in [1, 2, 4] {
          for output in [1, 2, 4] {
            for isTransposed in [false, true] {
              all.append(
                Linear(
                  kind: .product, input: input, output: output, isTransposed: isTransposed, hasBias: hasBias))
            }
            for groups in [1, 2, 4] where input % groups == 0 && output % groups == 0 {
              for kernel in 1...2 {
                for pad in 0..<kernel {
                  for kind in [Kind.convolution, .deconvolution] {
                    all.append(
                      Linear(
                        kind: kind, input: input, output: output, groups: groups, kernel: kernel, pad: pad,
                        hasBias: hasBias))
                  }
                }
              }
            }
          }
        }
      }
      return all
    }()
  }

  /// A layer that multiplies and adds per channel.
  struct Factors {
    var text: (_ name: String, _ bottom: String) -> String
    var blobs: [[Double]]
    /// What it does to the numbers of a channel.
    var apply: (_ channel: Int, _ x: Double) -> Double
    var kernel: String
  }

  private static let layouts = Result { try BuiltinRules.load().layouts }

  private static func layer(_ type: String, _ more: String = "") -> (String, String) -> String {
    { "layer { name: \"\($0)\" type: \"\(type)\" bottom: \"\($1)\" top: \"\($0)\" \(more) }\n" }
  }

  private static func factors(_ channels: Int, _ random: inout SeededRandom) -> [Factors] {
    func numbers(_ range: ClosedRange<Double> = -2...2) -> [Double] {
      (0..<channels).map { _ in Double.random(in: range, using: &random) }
    }
    let (gamma, beta, mean, variance) = (numbers(), numbers(), numbers(), numbers(0.1...4))
    let factor = 4.0
    let epsilon = 0.25
    return [
      Factors(
        text: layer("BatchNorm", "batch_norm_param { eps: \(epsilon) }"), blobs: [mean, variance, [factor]],
        apply: { ($1 - mean[$0] / factor) / (variance[$0] / factor + epsilon).squareRoot() },
        kernel: "fold-batch-norm, from: factors"),
      Factors(
        text: layer("Scale"), blobs: [gamma], apply: { $1 * gamma[$0] }, kernel: "fold-scale, from: factors"),
      Factors(
        text: layer("Scale", "scale_param { bias_term: true }"), blobs: [gamma, beta],
        apply: { $1 * gamma[$0] + beta[$0] }, kernel: "fold-scale, from: factors"),
      Factors(
        text: layer("VendorGain"), blobs: [gamma, beta], apply: { $1 * gamma[$0] + beta[$0] },
        kernel: "fold-affine, scale: 'factors.blobs[0]', shift: 'factors.blobs[1]'"),
    ]
  }

  /// The weights of a folded net by layer and blob; nil where nothing was folded, with the reasons.
  private func folded(
    _ text: String, _ layers: [(name: String, type: String, blobs: [(values: [Double], shape: [Int])])],
    _ rule: String
  ) throws -> (text: String, blobs: [String: [[Double]]])? {
    let bytes = layers.flatMap { layer in
      Wire.layer(
        layer.name, layer.type,
        blobs: layer.blobs.map { Wire.shape($0.shape) + Wire.bytes(8, Wire.doubles($0.values)) })
    }
    let weights = try WeightsFile(TestFiles.input(bytes))
    let file = try RuleFile(
      SourceText(path: "my.yaml", bytes: Array(rule.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes)
    let rules = RuleSet(rules: file.rules, layouts: try Self.layouts.get())
    let plan = try Planner.plan(try graph(text), weights: weights, rules: rules)
    guard plan.rewrites.count == 1 else { return nil }
    return try TestFiles.withFolder { folder in
      let output = try AtomicFile(path: folder + "/out")
      try WeightsEmitter(weights).emit(WeightsPlan(plan.graph, weights: weights), to: output)
      let result = try WeightsFile(TestFiles.input(TestFiles.contents(of: output.descriptor)))
      var blobs: [String: [[Double]]] = [:]
      for layer in result.layers { blobs[layer.name.description] = try layer.blobs.map(result.values) }
      return (plan.text, blobs)
    }
  }

  private static func rule(_ match: String, _ step: String, removes: String) -> String {
    """
    schema: 1
    rules:
      - id: r
        summary: S.
        match: {\(match)}
        transform: [{kernel: \(step)}]
        rewrite: {remove: \(removes)}
    """
  }

  private static func header(_ channels: Int) -> String {
    "layer { name: \"data\" type: \"Input\" top: \"data\" input_param { shape { dim: 1 dim: \(channels) dim: \(Linear.size) dim: \(Linear.size) } } }\n"
  }

  private func random(_ count: Int, _ random: inout SeededRandom) -> [Double] {
    (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
  }

  private func expectEqual(_ a: Picture, _ b: Picture, _ what: String) {
    #expect(a.values.count == b.values.count, "\(what)")
    let largest = max(1, a.values.map(abs).max() ?? 0)
    for (x, y) in zip(a.values, b.values) where !(abs(x - y) <= 1e-13 * largest) {
      Issue.record("\(what): \(x) before, \(y) after")
      return
    }
  }

  @Test(arguments: Linear.all)
  func outputSide(_ linear: Linear) throws {
    var generator = SeededRandom(7)
    let weights = random(linear.weightShape.reduce(1, *), &generator)
    let bias = linear.hasBias ? random(linear.output, &generator) : nil
    var x = Picture(channels: linear.input, size: Linear.size)
    x.values = random(x.values.count, &generator)
    let own = [(weights, linear.weightShape)] + (bias.map { [($0, [linear.output])] } ?? [])
    for factors in Self.factors(linear.output, &generator) {
      let text = Self.header(linear.input) + linear.text("linear", "data") + factors.text("factors", "linear")
      let result = try folded(
        text,
        [
          ("linear", linear.kind.rawValue, own.map { (values: $0.0, shape: $0.1) }),
          ("factors", "F", factors.blobs.map { (values: $0, shape: [$0.count]) }),
        ],
        Self.rule(
          "linear: {type: \(linear.kind.rawValue)}, factors: {bottom: linear}",
          "\(factors.kernel), into: linear",
          removes: "factors"))
      let blobs = try #require(result?.blobs["linear"], "\(factors.kernel) folded nothing")
      var before = linear.computed(x, weights: weights, bias: bias)
      let area = before.size * before.size
      for index in before.values.indices {
        before.values[index] = factors.apply(index / area, before.values[index])
      }
      let after = linear.computed(x, weights: blobs[0], bias: blobs.count > 1 ? blobs[1] : nil)
      expectEqual(before, after, factors.kernel)
    }
  }

  @Test(arguments: Linear.all.filter { $0.kind != .deconvolution })
  func inputSide(_ linear: Linear) throws {
    var generator = SeededRandom(8)
    let weights = random(linear.weightShape.reduce(1, *), &generator)
    let bias = linear.hasBias ? random(linear.output, &generator) : nil
    var x = Picture(channels: linear.input, size: Linear.size)
    x.values = random(x.values.count, &generator)
    let own = [(weights, linear.weightShape)] + (bias.map { [($0, [linear.output])] } ?? [])
    for (index, factors) in Self.factors(linear.input, &generator).dropLast().enumerated() {
      let text =
        Self.header(linear.input) + factors.text("factors", "data") + linear.text("linear", "factors")
      let result = try folded(
        text,
        [
          ("factors", "F", factors.blobs.map { (values: $0, shape: [$0.count]) }),
          ("linear", linear.kind.rawValue, own.map { (values: $0.0, shape: $0.1) }),
        ],
        Self.rule(
          "factors: {}, linear: {type: \(linear.kind.rawValue), bottom: factors}",
          "fold-affine-input, from: factors, into: linear", removes: "factors"))
      // The zeros around the input were never shifted; the Scale without a bias is the one that shifts nothing.
      if linear.pad > 0, index != 1 {
        #expect(result == nil)
        continue
      }
      let blobs = try #require(result?.blobs["linear"], "folded nothing")
      var shifted = x
      let area = x.size * x.size
      for index in x.values.indices { shifted.values[index] = factors.apply(index / area, x.values[index]) }
      let before = linear.computed(shifted, weights: weights, bias: bias)
      let after = linear.computed(x, weights: blobs[0], bias: blobs.count > 1 ? blobs[1] : nil)
      expectEqual(before, after, "factors \(index)")
    }
  }

  /// A Scale takes what is before it, with and without a bias on either side.
  @Test(arguments: [1, 2, 4])
  func intoAScale(channels: Int) throws {
    var generator = SeededRandom(9)
    for first in Self.factors(channels, &generator).dropLast() {
      for second in Self.factors(channels, &generator).dropFirst().dropLast() {
        let text = Self.header(channels) + first.text("first", "data") + second.text("second", "first")
        let result = try folded(
          text,
          [
            ("first", "F", first.blobs.map { (values: $0, shape: [$0.count]) }),
            ("second", "F", second.blobs.map { (values: $0, shape: [$0.count]) }),
          ],
          Self.rule(
            "first: {type: [BatchNorm, Scale]}, second: {type: Scale, bottom: first}",
            "fold-affine-input, from: first, into: second", removes: "first"))
        let blobs = try #require(result?.blobs["second"], "folded nothing")
        for channel in 0..<channels {
          for x in [-1.5, 0, 2] {
            let before = second.apply(channel, first.apply(channel, x))
            let after = x * blobs[0][channel] + (blobs.count > 1 ? blobs[1][channel] : 0)
            #expect(abs(before - after) <= 1e-13 * max(1, abs(before)))
          }
        }
      }
    }
  }
}
