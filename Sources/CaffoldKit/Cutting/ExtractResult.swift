import Diagnostics

/// A part of a net that became a net of its own.
public struct ExtractResult: Sendable {
  /// The text of its definition.
  public var definition: [UInt8]
  /// Its layers that were layers of the net, and how many the net has.
  public var keptCount: Int
  /// How many layers the net has, those of other phases included.
  public var layerCount: Int
  /// Its inputs.
  public var inputs: [InspectResult.Value]
  /// Its outputs.
  public var outputs: [InspectResult.Value]
  /// The files that were written; nil where none were.
  public var outputFiles: ModelFiles?
}

/// A cut that cannot be made as it was asked for.
struct CutError: DiagnosticError {
  /// The facts.
  enum Problem {
    /// No layer makes the blob; the blobs there are.
    case noBlob(Name, candidates: [Name])
    /// The blob is an input of the net.
    case isInput(Name)
    /// The blob is where the part ends, too.
    case bothEnds(Name)
    /// Nothing that the part makes needs the blob.
    case notNeeded(Name, ends: [Name])
    /// The shape of the blob is not known.
    case noShape(Name)
    /// The part would not be the same net; the layer that shows it.
    case notTheSame(Name)
    /// A value cannot keep its name.
    case refused(String)
  }

  let model: String
  let problem: Problem

  var diagnostic: Diagnostic {
    let sentence: String
    switch problem {
    case .noBlob(let name, let candidates):
      sentence = "has no blob '\(name)'" + Suggestion.clause(for: name, among: candidates)
    case .isInput(let name): sentence = "'\(name)' is an input of the net; nothing needs to be made for it"
    case .bothEnds(let name): sentence = "the part would begin and end at '\(name)'"
    case .notNeeded(let name, let ends):
      sentence =
        "'\(name)' is not needed for \(Wording.names(ends)); leave it out, or end at a blob behind it"
    case .noShape(let name):
      sentence = "the shape of '\(name)' is not known; give the shapes of the net's inputs with --input-shape"
    case .notTheSame(let name):
      sentence = "cannot be cut there: layer '\(name)' would read other blobs than now"
    case .refused(let reason): sentence = "cannot be cut there: \(reason)"
    }
    return Diagnostic(.error, at: .file(model), sentence)
  }
}
