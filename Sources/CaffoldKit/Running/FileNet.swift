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
  /// The net for inputs of the shapes that its definition gives.
  let runner: NetRunner

  init(_ files: ModelFiles, _ options: RunOptions, _ knowledge: LayerKnowledge) throws {
    var definition = try NetDefinition(
      TextDocument(SourceText(path: files.model, bytes: try Files.read(files.model))))
    if options.net.assumesStoredStatistics { definition = try definition.usingStoredStatistics() }
    guard let weights = files.weights else { throw FoldOptionError.noWeights(model: files.model) }
    self.definition = definition
    self.weights = try WeightsFile(path: weights)
    self.options = options
    self.knowledge = knowledge
    runner = try Self.runner(definition, self.weights, options, knowledge, shapes: [:])
    try MissingBlobs.check(runner, weights: self.weights)
  }

  /// The net for these inputs: a layer definition may ask for their shapes.
  func runner(for inputs: SampledInputs) throws -> NetRunner {
    let shapes = inputs.shapes(otherThanIn: runner)
    return shapes.isEmpty ? runner : try Self.runner(definition, weights, options, knowledge, shapes: shapes)
  }

  private static func runner(
    _ definition: NetDefinition, _ weights: WeightsFile, _ options: RunOptions, _ knowledge: LayerKnowledge,
    shapes: [Name: [Int]]
  ) throws -> NetRunner {
    try NetRunner(
      definition, state: options.net.state, schema: knowledge.schema, weights: weights,
      layouts: knowledge.layouts, definitions: knowledge.definitions, shapes: shapes)
  }
}
