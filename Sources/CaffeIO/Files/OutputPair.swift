import Glibc

/// The two outputs of a run, put in place together.
///
/// | step | under the model's name | under the weights' name |
/// |---|---|---|
/// | both complete, on disk when they replace files | old or none | old or none |
/// | old files also under hidden names, old model gone from its own | none | old or none |
/// | new weights in place | none | new |
/// | new model in place, the hidden names removed | new | new |
///
/// So a net definition is never found beside weights it does not belong to. Signals wait during the
/// steps, which take microseconds; only SIGKILL or a power cut can fall between them, and then the net
/// definition is missing under its name while the old files lie hidden beside it, complete.
package struct OutputPair: Sendable {
  /// The net definition.
  package let model: AtomicFile
  /// The weights.
  package let weights: AtomicFile

  /// Creates both outputs. None may be one of `inputs` unless `force` is given; files of an earlier run are
  /// replaced when the new ones are put in place. They
  /// may never be each other.
  package init(model: String, weights: String, inputs: [String], force: Bool = false) throws(FileError) {
    guard !Paths.same(model, weights) else {
      throw FileError(path: weights, .isOtherOutput(other: model))
    }
    try Self.check(model, inputs, force: force)
    try Self.check(weights, inputs, force: force)
    self.model = try AtomicFile(path: model, mayReplace: true)
    self.weights = try AtomicFile(path: weights, mayReplace: true)
  }

  /// Refuses an output that is an input.
  package static func check(_ output: String, _ inputs: [String], force: Bool) throws(FileError) {
    guard !force else { return }
    for input in inputs where Paths.same(output, input) {
      throw FileError(path: output, .isInput(input: input))
    }
  }

  /// Puts both in place. When that fails, what was there before is there again.
  package func publish() throws(FileError) {
    for file in [weights, model] where file.replacesFile { try file.synchronize() }
    let blocked = SignalBlock()
    defer { blocked.end() }
    let newWeights = try weights.stage()
    let newModel: AtomicFile.StagedFile
    do {
      newModel = try model.stage()
    } catch {
      newWeights.discard()
      throw error
    }
    let oldWeights = OldFile(newWeights)
    let oldModel = OldFile(newModel)
    do {
      try oldWeights.keep(for: newWeights.path)
      try oldModel.keep(for: newModel.path)
      try oldModel.remove(for: newModel.path)
      try newWeights.moveIntoPlace()
      try newModel.moveIntoPlace()
    } catch {
      oldWeights.restore(removing: weights.isPublished)
      oldModel.restore(removing: model.isPublished)
      newWeights.discard()
      newModel.discard()
      throw error
    }
    oldWeights.forget()
    oldModel.forget()
  }
}

/// A file that an output is about to replace, under a second, hidden name until that has gone well.
private struct OldFile {
  private let path: String
  private let aside: String
  private let exists: Bool

  init(_ output: AtomicFile.StagedFile) {
    path = output.destination
    exists = output.mayReplace && access(path, F_OK) == 0
    let name = TemporaryName(beside: path)
    // An interrupt must not remove it: it may be the user's only copy.
    name.forget()
    aside = name.path + "-old"
  }

  func keep(for output: String) throws(FileError) {
    guard exists, link(path, aside) != 0 else { return }
    throw FileError(path: output, .cannotPublish(code: errno))
  }

  func remove(for output: String) throws(FileError) {
    guard exists, unlink(path) != 0 else { return }
    throw FileError(path: output, .cannotPublish(code: errno))
  }

  /// Brings the old file back; where there was none, takes the new one away if it is there.
  func restore(removing isPublished: Bool) {
    if exists {
      // Where both names are the same file still, rename does nothing and the second name stays.
      rename(aside, path)
      unlink(aside)
    } else if isPublished {
      unlink(path)
    }
  }

  func forget() {
    if exists { unlink(aside) }
  }
}
