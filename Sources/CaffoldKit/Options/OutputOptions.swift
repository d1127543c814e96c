import CaffeIO

/// Where the outputs of a fold go.
///
/// With nothing but the defaults they go beside the inputs, as `NAME_inference.prototxt` and `NAME_inference.caffemodel`.
public struct OutputOptions: Sendable, Equatable {
  /// The folder for both outputs, which keep the names of the inputs.
  public var folder: String?
  /// The rewritten net definition. Without `weights` the weights go beside it, under the same name.
  public var model: String?
  /// The rewritten weights. Without `model` the net definition goes beside it, under the same name.
  public var weights: String?
  /// The plan file; when it is the only output that is named, no nets are written.
  public var plan: String?
  /// The page about the fold (HTML). It is written also by a run that writes no net. The nets are written as if it were not named.
  public var report: String?
  /// Whether an output may replace a file that the run read.
  public var mayReplaceInputs = false
  /// Whether the run does all but write.
  public var isDryRun = false
  /// The number type of the weights that are written; nil where each blob keeps its own.
  public var numbers: WeightNumbers?
  /// Whether both nets are run on random inputs before the outputs get their names.
  public var verification: VerificationOptions?

  /// The defaults.
  public init() {}

  /// Whether the run makes nets.
  package var makesNets: Bool { plan == nil || folder != nil || model != nil || weights != nil }

  /// The paths of the outputs for these inputs.
  package func paths(for input: ModelFiles) -> ModelFiles {
    func path(_ named: String?, besides other: String?, input: String) -> String {
      if let named { return named }
      if let other { return Files.withExtension(of: input, other) }
      let (inputFolder, name) = Files.split(input)
      if let folder { return Files.join(folder, name) }
      return Files.join(inputFolder, Files.inserting("_inference", beforeExtensionOf: name))
    }
    return ModelFiles(
      model: path(model, besides: weights, input: input.model),
      weights: input.weights.map { path(weights, besides: model, input: $0) })
  }
}

/// A number type that weights can be written in.
public enum WeightNumbers: String, Sendable, CaseIterable {
  /// Single precision, which every Caffe reads.
  case float
  /// Half precision, as NVIDIA's Caffe stores it.
  case half

  /// How the blobs are stored.
  package var storage: BlobStorage {
    switch self {
    case .float: .float
    case .half: .half
    }
  }
}

/// How a folded net is run against the original.
public struct VerificationOptions: Sendable, Equatable {
  /// Shapes of inputs, as `1,3,224,224`, or `NAME=1,3,224,224` where there are several.
  public var inputShapes: [String] = []

  /// The defaults.
  public init() {}
}
