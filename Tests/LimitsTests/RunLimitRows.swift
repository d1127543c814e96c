import CaffeIO
import Diagnostics
import Tensors

@testable import CaffoldKit
@testable import Layers
@testable import Threads
@testable import Verification

let shapeLimits = [
  Limit("axes of a blob", Shape.mostAxes, "Shape.mostAxes", in: "Tensors/Shape.swift") { size, _ in
    _ = try Shape(Array(repeating: 1, count: size))
  },
  Limit("numbers of a blob", Shape.mostNumbers, "Shape.mostNumbers", in: "Tensors/Shape.swift") { size, _ in
    _ = try Shape([size])
  },
]

let runLimits = [
  Limit(
    "axes of a value", LayerLimits().rank, "LayerLimits.rank", in: "Layers/Describing/LayerLimits.swift"
  ) { size, _ in
    try LayerLimits().check(Array(repeating: 1, count: size), ofInput: "data")
  },
  Limit(
    "numbers of a value", LayerLimits().valueCount, "LayerLimits.valueCount",
    in: "Layers/Describing/LayerLimits.swift"
  ) { size, _ in
    try LayerLimits().check([size], ofInput: "data")
  },
  Limit(
    "numbers of all inputs together", SampledInputs.countLimit, "SampledInputs.countLimit",
    in: "Verification/Nets/SampledInputs.swift", option: "--input-shape"
  ) { size, _ in
    let net = try net([size], "layer { name: \"r\" type: \"ReLU\" bottom: \"data\" top: \"r\" }")
    _ = try SampledInputs().inputs(net, net, model: "net.prototxt")
  },
  Limit(
    "bytes of the values that are held at a time, of both nets", NetComparer.memoryLimit,
    "NetComparer.memoryLimit", in: "Verification/Nets/NetComparer.swift", unit: .bytes,
    option: "--input-shape"
  ) { size, _ in
    // Beside the tiles there is the input, in each net.
    let tiles = (size + 7) / 8 - 2
    let net = try net(
      [1, 1],
      "layer { name: \"t\" type: \"Tile\" bottom: \"data\" top: \"t\" tile_param { tiles: \(tiles) } }")
    guard tiles + 2 > NetComparer.memoryLimit / 8 else { return }
    _ = try NetVerification().compare(net, net, in: Double.self, model: "net.prototxt")
  },
  Limit(
    "places of a window", WindowParameters.mostPlaces, "WindowParameters.mostPlaces",
    in: "Layers/Linear/WindowParameters.swift"
  ) { size, _ in
    let text = """
      layer {
        name: "c" type: "Convolution" bottom: "data" top: "c"
        convolution_param { num_output: 1 kernel_h: \(size) kernel_w: 1 }
      }
      """
    let layer = try LayerRegistry.layer(written(text, blobShapes: [[1, 1, size, 1], [1]]))
    _ = try layer.outputShapes([[1, 1, size, 1]])
  },
  Limit(
    "pairs of boxes that a DetectionOutput compares, about a minute", BoxSuppression.mostPairs,
    "BoxSuppression.mostPairs", in: "Layers/Detection/BoxSuppression.swift", tried: 10
  ) { size, limit in
    try suppress(pairs: size, limit: limit)
  },
  Limit(
    "samples", InputOptions.mostSamples, "InputOptions.mostSamples",
    in: "CaffoldKit/Options/InputOptions.swift", option: "--samples", then: "an error, exit status 64",
    test: "test_bad_input.test_wrong_usage_is_exit_64"),
  Limit(
    "threads", Parallel.mostThreads, "Parallel.mostThreads", in: "Threads/Parallel.swift",
    then: "as many as cores may be used, and no more", test: "ParallelTests.thereAreNoMoreThreadsThanTheLimit"
  ),
]

let provingLimits = [
  Limit(
    "numbers of a value of a rewrite that is checked, weights aside", SiteSide.limits.valueCount,
    "SiteSide.limits", in: "Verification/Rewrites/SiteSide.swift"
  ) { size, _ in
    try SiteSide.limits.check([size], ofInput: "data")
  },
  Limit(
    "nets that are compared for a rule", ProveOptions.mostInstances, "ProveOptions.mostInstances",
    in: "CaffoldKit/Results/ProveResult.swift", option: "--instances", then: "an error, exit status 64",
    test: "test_bad_input.test_wrong_usage_is_exit_64"),
  Limit(
    "seconds for a rule", Int(ProveOptions.mostSeconds), "ProveOptions.mostSeconds",
    in: "CaffoldKit/Results/ProveResult.swift", option: "--time", then: "an error, exit status 64",
    test: "test_bad_input.test_wrong_usage_is_exit_64"),
]

/// A net of one input of this shape.
private func net(_ shape: [Int], _ layers: String) throws -> NetRunner {
  let dimensions = shape.map { "dim: \($0) " }.joined()
  let definition = try NetDefinition(
    TextDocument(source("input: \"data\"\ninput_shape { \(dimensions)}\n\(layers)")))
  return try NetRunner(definition, parameters: GivenParameters())
}

/// The layer of a text.
private func written(_ text: String, blobShapes: [[Int]]? = nil) throws -> WrittenLayer {
  let definition = try NetDefinition(TextDocument(source(text)))
  return WrittenLayer(definition.layers[0], schema: .caffe, blobShapes: blobShapes)
}

/// Looks among boxes of which none overlaps another, as few as make so many pairs.
private func suppress(pairs: Int, limit: Int) throws {
  let suppression = try BoxSuppression(written("layer { name: \"d\" type: \"DetectionOutput\" }"))
  let count = (1...).first { $0 * ($0 - 1) / 2 >= pairs } ?? 0
  var left = limit
  _ = try suppression.kept(
    (0..<count).map { Box<Double>(Double(2 * $0), 0, Double(2 * $0 + 1), 1) },
    confidences: Array(repeating: 1, count: count), above: 0, pairs: &left)
}
