import Diagnostics

/// A net whose inputs got other shapes.
public struct ReshapeResult: Sendable {
  /// An input and its shapes.
  public struct Input: Sendable, Equatable {
    /// Its name.
    public var name: Name
    /// The shape that it had; nil where the definition gives none.
    public var old: [Int]?
    /// The shape that it has.
    public var new: [Int]?
  }

  /// A layer that does not suit the new shapes.
  public struct Misfit: Sendable, Equatable {
    /// The layer.
    public var layer: Name
    /// A sentence.
    public var message: String
  }

  /// The text of the new definition.
  public var definition: [UInt8]
  /// The inputs.
  public var inputs: [Input]
  /// The outputs, with their new shapes.
  public var outputs: [InspectResult.Value]
  /// Layers that do not suit the new shapes; nothing is written where there are any.
  public var misfits: [Misfit]
  /// The file that was written; nil where none was.
  public var outputFile: String?
}

/// Shapes that cannot be given as they were asked for.
struct ReshapeError: DiagnosticError {
  /// The facts.
  enum Problem {
    /// The definition gives no shape for an input, and so none that could be changed.
    case noShape(Name)
    /// `--size` is for images, and no input has four dimensions.
    case noImage
    /// A layer that makes an input and does not say its shape in a way that is known here.
    case source(layer: Name, type: String)
    /// A source whose fields cannot hold the shape.
    case shape(Name, [Int])
  }

  let model: String
  let problem: Problem

  var diagnostic: Diagnostic {
    let sentence: String
    switch problem {
    case .noShape(let name):
      sentence = "gives no shape for the input '\(name)'; give --input-shape \(name)=1,3,224,224"
    case .noImage: sentence = "has no input with four dimensions, which --size is for; give --input-shape"
    case .source(let layer, let type):
      sentence =
        "\(type) '\(layer)' takes its shapes from its data; make a deploy net first: caffold fold … --extend-select deploy"
    case .shape(let name, let shape):
      sentence =
        "the input '\(name)' cannot get the shape \(shape.map(String.init).joined(separator: "×")): its layer has four sizes"
    }
    return Diagnostic(.error, at: .file(model), sentence)
  }
}
