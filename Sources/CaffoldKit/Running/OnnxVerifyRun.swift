import CaffeIO
import Diagnostics
import Engine
import Export
import Layers
import OnnxIO
import Verification

/// One comparison of a net with an ONNX file.
struct OnnxVerifyRun {
  private let net: ModelFiles
  private let path: String
  private let options: RunOptions
  private let inputs: InputOptions
  private let observer: RunObserver

  init(
    _ net: ModelFiles, _ path: String, _ options: RunOptions, _ inputs: InputOptions, _ observer: RunObserver
  ) {
    self.net = net
    self.path = path
    self.options = options
    self.inputs = inputs
    self.observer = observer
  }

  func run() throws -> VerifyResult {
    try Files.restore([net.model, net.weights, path].compactMap(\.self), observer)
    let file = try FileNet(net, options, LayerKnowledge(options, observer))
    let (runner, sampled) = try NetsForInputs.makeOne(inputs, model: net.model, file.runner)
    let model = try OnnxReader(path: path).read()
    let names = OnnxCorrespondence(matching: runner, model.graph)
    if let foreign = names.foreignInputs.first {
      throw InputValuesError(
        path: path,
        problem:
          "has the input '\(foreign)', which the net does not have; its inputs are \(Self.list(runner))")
    }
    var proof = OnnxProof()
    proof.tolerance = inputs.tolerance
    proof.inputs = sampled
    let found = try proof.compare(runner, model, names, path: net.model) {
      observer.progress(.init(task: .running, done: $0, total: $1))
    }
    return VerifyResult(
      comparison: NetComparison(
        blobs: found.blobs, tolerance: found.tolerance, outputs: names.outputs.map(\.blob),
        unmatchedOutputs: names.missingOutputs,
        uncomparedOutputs: found.uncompared.filter { !names.missingOutputs.contains($0) },
        withoutNumbers: found.withoutNumbers, firstDivergence: found.firstDifference, samples: found.samples),
      models: [net.model, path])
  }

  private static func list(_ net: NetRunner) -> String {
    net.inputs.map(\.name).filter(net.neededInputs.contains).map { "'\($0)'" }.joined(separator: ", ")
  }
}
