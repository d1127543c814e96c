import CaffeIO
import Diagnostics
import Layers

/// Blobs that a run wrote.
public struct DumpResult: Sendable {
  /// A blob.
  public struct Blob: Sendable, Equatable {
    /// Its name.
    public var name: Name
    /// Its shape.
    public var shape: [Int]
    /// The file in the folder, or the array in the archive.
    public var file: String
  }

  /// The folder or archive.
  public var path: String
  /// The blobs, in the order in which they were made.
  public var blobs: [Blob] = []
  /// Wanted blobs that could not be computed, since a layer before them cannot be run.
  public var missing: [Name] = []
  /// Why: the layers that cannot be run, as sentences.
  public var obstacles: [String] = []
  /// Inputs that got random numbers.
  public var randomInputs: [Name] = []

  /// An input whose numbers are gone at the end of the run.
  public struct OverwrittenInput: Sendable, Equatable {
    /// Its name.
    public var name: Name
    /// The last layer that writes over it.
    public var layer: Name
    /// That layer's type.
    public var type: String
  }

  /// Inputs whose random numbers are not written, though all blobs were wanted.
  public var overwrittenInputs: [OverwrittenInput] = []
}

/// One run of a net that writes blobs.
struct DumpRun {
  let files: ModelFiles
  let options: RunOptions
  let inputs: InputOptions
  /// A folder, or a file whose name ends in `.npz`.
  let path: String
  /// Whether all blobs are written, or the outputs alone.
  let writesAll: Bool
  let observer: RunObserver

  func run() throws -> DumpResult {
    let net = try NetToRun(files, options, inputs, observer)
    return inputs.isDouble ? try run(net, in: Double.self) : try run(net, in: Float.self)
  }

  private func run<S: NetScalar>(_ net: NetToRun, in scalar: S.Type) throws -> DumpResult {
    var result = DumpResult(path: path)
    result.randomInputs = net.unfilledInputs
    result.obstacles = net.runner.steps.filter(\.isCut).compactMap { $0.obstacle?.diagnostic.sentence }
    if writesAll {
      result.overwrittenInputs = net.unfilledInputs.compactMap { input in
        net.overwriter(of: input).map { .init(name: input, layer: $0.name, type: $0.type) }
      }
    }
    let outputs = Set(net.runner.outputs)
    try OutputPair.check(path, [files.model, files.weights].compactMap(\.self), force: false)
    var archive = path.hasSuffix(".npz") ? try NpzWriter(path: path) : nil
    let missing = try net.run(in: scalar, observer) { name, _, value in
      guard writesAll || outputs.contains(name) else { return nil }
      let file: String
      if archive != nil {
        file = DumpFile.name(of: name)
        try archive?.add(file, value.npy)
      } else {
        file = FileNames.escaped(name) + ".npy"
        try AtomicFile(path: Files.join(path, file), holding: value.npy).publish()
      }
      result.blobs.append(.init(name: name, shape: value.shape, file: file))
      return nil
    }
    try archive?.publish()
    result.missing = missing.filter { writesAll || outputs.contains($0) }
    return result
  }
}
