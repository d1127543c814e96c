/// The two outputs of a run, put in place together.
///
/// | step | under the model's name | under the weights' name |
/// |---|---|---|
/// | both are complete | old or none | old or none |
/// | the old model is set aside under a hidden name | none | old or none |
/// | the old weights are | none | none |
/// | the new weights get their name | none | new |
/// | the new model gets its name, old files are removed | new | new |
///
/// So a net definition is never found beside weights it does not belong to. The steps take microseconds
/// and signals wait for them; only SIGKILL or a power cut can fall between, and then the net definition
/// is missing under its name while the old files lie beside it under `.NAME.caffold-old`, complete, with a note by
/// which the next run puts them back (`PublicationNote`). The folders are locked meanwhile: of two runs with one output both files
/// are of the one that came later.
package struct OutputPair: Sendable {
  /// The net definition.
  package let model: AtomicFile
  /// The weights.
  package let weights: AtomicFile

  /// Creates both outputs; files of an earlier run are replaced when these are put in place.
  ///
  /// None may be one of `inputs` unless `force` is given. They may never be each other.
  ///
  /// - Parameter origins: the files that the two are made from, for their modes.
  package init(
    model: String, weights: String, inputs: [String], force: Bool = false,
    from origins: (model: String, weights: String)? = nil
  ) throws(FileError) {
    try Self.check(weights, isOtherThan: model)
    try Self.check(model, inputs, force: force)
    try Self.check(weights, inputs, force: force)
    self.model = try AtomicFile(path: model, mayReplace: true, from: origins?.model)
    self.weights = try AtomicFile(path: weights, mayReplace: true, from: origins?.weights)
  }

  /// Refuses an output that is an input.
  package static func check(_ output: String, _ inputs: [String], force: Bool) throws(FileError) {
    guard !force else { return }
    for input in inputs where Paths.same(output, input) {
      throw FileError(path: output, .isInput(input: input))
    }
  }

  /// Refuses an output that is another output.
  package static func check(_ output: String, isOtherThan other: String) throws(FileError) {
    guard !Paths.same(output, other) else { throw FileError(path: output, .isOtherOutput(other: other)) }
  }

  /// Puts both in place. When that fails, what was there before is there again.
  package func publish() throws(FileError) { try AtomicFile.publish([model, weights]) }
}
