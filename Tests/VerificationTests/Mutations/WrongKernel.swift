import CaffeIO
import Layers
import RuleModel
import Rules

@testable import Engine

/// A kernel with a mistake, in the place of one of the program's. Users have no way to bring one in; the planner takes a
/// registry from its caller.
struct WrongKernel: Kernel {
  typealias Body = @Sendable (KernelArguments, WorkingNet) throws(Refusal.Reason) -> Void

  let signature: KernelSignature
  private let body: Body

  /// A kernel that rules call as they call `name`.
  init(_ name: String, _ body: @escaping Body) {
    signature = KernelRegistry.signatures.first { $0.name == name }!
    self.body = body
  }

  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason) {
    try body(arguments, net)
  }

  /// The program's kernels, but for this one.
  var registry: KernelRegistry { KernelRegistry.builtin.replacing(self) }
}

/// The stored numbers of a BatchNorm as Caffe keeps them.
struct Statistics {
  var mean: Double
  var variance: Double
  var factor: Double
  var epsilon: Double
}

/// A linear layer with all its numbers, in the hands of somebody who folds into it by hand.
struct OpenLayer {
  let net: WorkingNet
  let id: LayerID
  let linear: LinearLayer
  let geometry: LinearGeometry
  private let blobs: [BlobContent]
  var weights: [Double]
  var bias: [Double]

  init?(_ id: LayerID, _ net: WorkingNet) throws(Refusal.Reason) {
    let linear = try LinearLayer(id, in: net)
    guard let blobs = try net.blobs(of: id), let geometry = linear.geometry else { return nil }
    (self.net, self.id, self.blobs) = (net, id, blobs)
    (self.linear, self.geometry) = (linear, geometry)
    weights = try net.values(of: blobs[0], layer: id)
    bias =
      linear.hasBias
      ? try net.values(of: blobs[1], layer: id) : Array(repeating: 0, count: linear.outputCount)
  }

  var outputs: Int { linear.outputCount }
  /// Numbers of a channel that lie together.
  var kernel: Int { blobs[0].shape.dropFirst(2).reduce(1, *) }
  /// The second dimension of the weights.
  var depth: Int { blobs[0].shape.count > 1 ? blobs[0].shape[1] : 1 }

  /// The output channel of a weight.
  func channel(of element: Int) -> Int {
    geometry.output.scale([]).channel(of: element)
  }

  /// The input channel of a weight, of so many.
  func inputChannel(of element: Int, channels: Int) -> Int {
    geometry.input!.layout(channels: channels)!.scale([]).channel(of: element)
  }

  /// Puts the numbers back.
  func close() {
    var blobs = blobs
    blobs[0] = blobs[0].replacingValues(with: weights)
    let new = BlobContent.values(bias, shape: [bias.count], storage: blobs[0].storage)
    if linear.hasBias {
      blobs[1] = blobs[1].replacingValues(with: bias)
    } else {
      blobs.append(new)
      net.setAttribute(linear.biasPath, to: .literal("true"), of: id)
    }
    net.setBlobs(blobs, of: id)
  }
}

extension WrongKernel {
  /// Folds BVLC's BatchNorm by a formula for factor and summand; other dialects as they should be.
  static func batchNorm(_ formula: @escaping @Sendable (Statistics) -> (s: Double, t: Double)) -> WrongKernel
  {
    WrongKernel("fold-batch-norm") { (arguments, net) throws(Refusal.Reason) in
      let from = arguments.layer("from")
      // What the kernel would refuse, statistics of the batch among it, this one refuses.
      _ = try net.affine(of: from)
      guard let blobs = try net.blobs(of: from), blobs.count == 3, blobs[2].count == 1,
        net.graph[from].type == "BatchNorm",
        net.writtenAttribute(["batch_norm_param", "scale_bias"], of: from) == nil
      else { return try FoldBatchNorm().apply(arguments, to: net) }
      let (means, variances) = (
        try net.values(of: blobs[0], layer: from), try net.values(of: blobs[1], layer: from)
      )
      let factor = try net.values(of: blobs[2], layer: from)[0]
      guard case .number(let epsilon)? = net.attribute(["batch_norm_param", "eps"], of: from) else { return }
      let pairs = zip(means, variances).map {
        formula(Statistics(mean: $0, variance: $1, factor: factor, epsilon: Double(Float(epsilon))))
      }
      let affine = Affine(scale: pairs.map(\.s), shift: pairs.map(\.t), hasShift: true)
      try OutputFold.apply(affine, from: from, into: arguments.layer("into"), in: net)
    }
  }

  /// Folds another affine function than the layer's.
  static func scale(_ change: @escaping @Sendable (inout Affine) -> Void) -> WrongKernel {
    WrongKernel("fold-scale") { (arguments, net) throws(Refusal.Reason) in
      let from = arguments.layer("from")
      var affine = try net.affine(of: from)
      if affine.scale != nil { change(&affine) }
      try OutputFold.apply(affine, from: from, into: arguments.layer("into"), in: net)
    }
  }

  /// Folds a Scale by hand: `fold` gets the layer and, for each output channel, factor and summand.
  static func output(
    of name: String = "fold-scale",
    _ fold: @escaping @Sendable (inout OpenLayer, _ s: [Double], _ t: [Double]) -> Void
  ) -> WrongKernel {
    WrongKernel(name) { (arguments, net) throws(Refusal.Reason) in
      let (from, into) = (arguments.layer("from"), arguments.layer("into"))
      let affine = try net.affine(of: from)
      guard var layer = try OpenLayer(into, net), let scale = affine.scale else { return }
      guard affine.isPerChannel(rank: layer.linear.rank) else {
        throw Refusal.Reason(
          OtherAxis(layer: net.graph.named(from), axis: affine.axis, count: affine.axisCount))
      }
      func each(_ values: [Double]) -> [Double] {
        values.count == 1 ? Array(repeating: values[0], count: layer.outputs) : values
      }
      guard each(scale).count == layer.outputs else {
        throw Refusal.Reason(
          ChannelCount(
            layer: net.graph.named(from), numbers: "scale", found: scale.count, into: net.graph.named(into),
            expected: layer.outputs))
      }
      fold(&layer, each(scale), each(affine.shift ?? [0]))
      layer.close()
    }
  }

  /// Folds an affine layer into the linear layer behind it by hand, into a Scale as it should be.
  static func input(
    ignoresPadding: Bool = false,
    _ fold: @escaping @Sendable (inout OpenLayer, _ s: [Double], _ t: [Double]) -> Void
  ) -> WrongKernel {
    WrongKernel("fold-affine-input") { (arguments, net) throws(Refusal.Reason) in
      let (from, into) = (arguments.layer("from"), arguments.layer("into"))
      let affine = try net.affine(of: from)
      // What the kernel would refuse it refuses.
      guard net.graph[into].type != "Scale", affine.axis == 1, affine.axisCount == 1 || affine.axisCount == 0,
        var layer = try OpenLayer(into, net), let scale = affine.scale, let input = layer.geometry.input
      else { return try FoldAffineInput().apply(arguments, to: net) }
      let isShifted = affine.shift?.contains { $0 != 0 } ?? false
      if isShifted, layer.linear.pads, !ignoresPadding {
        throw Refusal.Reason(InexactPadding(layer: net.graph.named(into)))
      }
      let channels = input.channelCount ?? scale.count
      func each(_ values: [Double]) -> [Double] {
        values.count == 1 ? Array(repeating: values[0], count: channels) : values
      }
      guard each(scale).count == channels, input.layout(channels: channels) != nil else {
        return try FoldAffineInput().apply(arguments, to: net)
      }
      fold(&layer, each(scale), each(affine.shift ?? [0]))
      layer.close()
    }
  }

  /// Folds a Scale into the Scale behind it by formulas, into a linear layer as it should be.
  static func scales(
    _ formula:
      @escaping @Sendable (_ inner: (s: Double, t: Double), _ outer: (s: Double, t: Double)) -> (
        s: Double, t: Double
      )
  ) -> WrongKernel {
    WrongKernel("fold-affine-input") { (arguments, net) throws(Refusal.Reason) in
      let (from, into) = (arguments.layer("from"), arguments.layer("into"))
      try FoldAffineInput().apply(arguments, to: net)
      guard net.graph[into].type == "Scale", let blobs = try net.blobs(of: into), blobs.count == 2 else {
        return
      }
      let inner = try net.affine(of: from)
      guard let stored = net.storedIndex(of: into), let weights = net.weights, let s = inner.scale else {
        return
      }
      let old = weights.layers[stored].blobs
      guard let gamma = try? weights.values(of: old[0]),
        let beta = old.count > 1 ? try? weights.values(of: old[1]) : Array(repeating: 0, count: gamma.count)
      else { return }
      let t = inner.shift ?? Array(repeating: 0, count: s.count)
      let pairs = s.indices.map { formula((s[$0], t[$0]), (gamma[$0], beta[$0])) }
      net.setBlobs(
        [blobs[0].replacingValues(with: pairs.map(\.s)), blobs[1].replacingValues(with: pairs.map(\.t))],
        of: into)
    }
  }
}
