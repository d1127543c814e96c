import CaffeIO
import Glibc

/// The files of a model that is being written: the model, and the data beside it where it has some. They appear
/// together, whole or not at all, as the two files of a Caffe net do.
package struct OnnxOutput: Sendable {
  /// The model.
  package let model: AtomicFile
  /// Its initializers, where they lie outside of it.
  package let data: AtomicFile?

  /// Creates the files that a writer needs; files of an earlier run are replaced when these are put in place.
  ///
  /// None may be one of `inputs` unless `force` is given.
  ///
  /// - Parameter origins: the files that the model and its data are made from, for their modes.
  package init(
    for writer: OnnxWriter, inputs: [String], force: Bool = false,
    from origins: (model: String, data: String)? = nil
  ) throws(FileError) {
    if writer.dataByteCount != nil {
      let pair = try OutputPair(
        model: writer.path, weights: writer.dataPath, inputs: inputs, force: force,
        from: origins.map { (model: $0.model, weights: $0.data) })
      (model, data) = (pair.model, pair.weights)
    } else {
      try OutputPair.check(writer.path, inputs, force: force)
      // The weights are in the model: those who may not read them may not read it.
      model = try AtomicFile(path: writer.path, mayReplace: true, from: origins?.data)
      data = nil
    }
  }

  /// Reads what was written, before it has a name.
  package func reader(limits: OnnxLimits = OnnxLimits()) throws -> OnnxReader {
    let file = try InputFile(owning: dup(model.descriptor), path: model.path)
    guard let data else { return OnnxReader(file, limits: limits) }
    let beside = try InputFile(owning: dup(data.descriptor), path: data.path)
    return OnnxReader(file, external: .given([Paths.name(of: data.path): beside]), limits: limits)
  }

  /// Puts the files in place. When that fails, what was there before is there again.
  package func publish() throws(FileError) { try AtomicFile.publish([model] + (data.map { [$0] } ?? [])) }
}
