import Diagnostics
import Layers

// What a layer computes is not what a rule or a kernel takes it for.

/// A field that nobody understands may make a layer compute something other than its type says.
struct UnexplainedParameter: RefusalReason {
  static let code = RefusalCode(
    "unexplained-field", "a parameter that nothing explains may change what the layer computes")
  var layer: NamedLayer
  /// The parameter, `convolution_param.saturate`, and where it is written.
  var path: String
  var place: SourcePlace

  var variant: String { path }

  func sentence(about layer: NamedLayer?) -> String {
    let it = self.layer.mention(about: layer)
    return
      "'\(path)' (\(place.description)) is not understood, so \(it) may compute something else; correct the name, or list it under 'harmless_fields' in a rule file if it changes nothing"
  }
}

/// A layer ends in a ReLU of its own.
struct EndsInReLU: RefusalReason {
  static let code = RefusalCode(
    "fused-relu", "the layer ends in a ReLU of its own, and a fold does not reach past a ReLU")
  var layer: NamedLayer
  /// The parameter that asks for the ReLU.
  var path: String

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) ends in a ReLU: '\(path)' is true, and a fold does not reach past a ReLU"
  }
}

/// A layer has parameters that Caffe would not take, or that are not supported here.
struct UnusableParameters: RefusalReason {
  static let code = RefusalCode("parameters", "a parameter is invalid or not supported")
  var layer: NamedLayer
  var error: LayerError

  func sentence(about layer: NamedLayer?) -> String { error.diagnostic.sentence }
}

/// A layer pads the two sides of an axis differently, which a window with one pad for each axis cannot tell.
struct UnevenPadding: RefusalReason {
  static let code = EvaluationFailed.code
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) pads the two sides of an axis differently"
  }
}

/// A kernel folds into convolutions, deconvolutions and inner products, and the layer is none that is known.
struct NotLinear: RefusalReason {
  static let code = NoInputSide.code
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "folding into a \(self.layer.type) layer is not supported"
  }
}

/// A fold adds a bias to a layer that a definition describes, and the definition does not pass the parameter for it on.
struct NoBiasByMeaning: RefusalReason {
  static let code = NoInputSide.code
  var layer: NamedLayer
  var path: [String]

  func sentence(about layer: NamedLayer?) -> String {
    "the definition of \(self.layer.type) gives its layer no bias where '\(path.joined(separator: "."))' asks for one"
  }
}

/// A kernel does not know how the input channels of a layer lie in its weights.
struct NoInputSide: RefusalReason {
  static let code = RefusalCode("unsupported", "a kernel cannot fold into such a layer")
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "folding into the input side of a \(self.layer.type) layer is not supported"
  }
}
