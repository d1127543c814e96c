import CaffoldKit

/// Folds a net, compares both nets on random inputs, and writes a plan that is then applied.
@main
enum Embed {
  static func main() {
    guard CommandLine.arguments.count == 4 else {
      print("usage: embed net.prototxt net.caffemodel folder")
      return
    }
    let (model, weights, folder) = (
      CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3]
    )
    do {
      try run(ModelFiles(model: model, weights: weights), folder)
    } catch let error as any DiagnosticError {
      // The message of the command, with the place: net.prototxt:41:11: error: …
      print(error.diagnostic.text)
    } catch {
      print(error)
    }
  }

  private static func run(_ net: ModelFiles, _ folder: String) throws {
    var options = RunOptions()
    options.layers.skip = ["conv3*"]
    var outputs = OutputOptions()
    outputs.folder = folder
    outputs.plan = "\(folder)/plan.json"

    // Nothing is printed by the library: whoever listens is told of progress and warnings.
    let observer = RunObserver(
      progress: { progress in
        guard progress.done == progress.total, case .writing = progress.task else { return }
        print("written: \(progress.total) bytes of weights")
      },
      warning: { print($0.text) })

    let result = try Caffold.fold(net, options, to: outputs, observer: observer)
    guard result.outcome == .done, let files = result.outputs else {
      print("nothing was written: \(result.outcome)")
      return
    }
    print("layers: \(count(result.layersBefore)) before, \(count(result.layersAfter)) after")
    print("rewrites: \(result.rewrites.count), checked: \(result.checkedRewrites ?? 0)")
    for rewrite in result.rewrites where !rewrite.removed.isEmpty {
      print("  \(rewrite.rule): \(rewrite.removed.map(\.description).joined(separator: ", "))")
    }
    for refused in result.refused {
      print("stays: \(refused.type) '\(refused.layer)': \(refused.message)")
    }

    let folded = ModelFiles(model: files.model.path, weights: files.weights?.path)
    var inputs = InputOptions()
    inputs.samples = 3
    let verified = try Caffold.verify(net, folded, inputs: inputs)
    print("equal: \(verified.isEqual)")

    let plan = try PlanFile(path: "\(folder)/plan.json")
    let replayed = try Caffold.apply(plan)  // no outputs: planned and checked, nothing written
    print("the plan gives the same definition: \(replayed.definition == result.definition)")

    let proof = try Caffold.prove(["conv-bn"])
    print("rule 'conv-bn' proven: \(proof.isGood)")
  }

  private static func count(_ layers: [String: Int]) -> Int { layers.values.reduce(0, +) }
}
