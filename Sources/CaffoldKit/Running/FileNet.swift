import CaffeIO
import Diagnostics
import Layers
import Verification

/// A net of two files, to be run.
struct FileNet {
  private let definition: NetDefinition
  private let weights: WeightsFile
  private let options: RunOptions
  private let knowledge: LayerKnowledge
  init(_ files: ModelFiles, _ options: RunOptions, _ knowledge: LayerKnowledge) throws {
    var definition = try NetDefinition(
      TextDocument(SourceText(path: files.model, bytes: try Files.read(files.model))))
    if options.net.assumesStoredStatistics { definition = try definition.usingStoredStatistics() }
    guard let weights = files.weights else { throw FoldOptionError.noWeights(model: files.model) }
    self.definition = definition
    self.weights = try WeightsFile(path: weights)
    self.options = options
    self.knowledge = knowledge
  }

  /// The net for inputs of these shapes; those that are not given are the definition's.
  func runner(_ shapes: [Name: [Int]]) throws -> NetRunner {
    let net = try NetRunner(
      definition, state: options.net.state, schema: knowledge.schema, weights: weights,
      layouts: knowledge.layouts, definitions: knowledge.definitions, shapes: shapes)
    try MissingBlobs.check(net, weights: weights)
    return net
  }
}
