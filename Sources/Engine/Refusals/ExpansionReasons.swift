import Diagnostics

// Why a layer cannot be replaced by the Caffe layers of its definition.

/// No definition describes a layer in Caffe layers.
struct NoExpansion: RefusalReason {
  static let code = RefusalCode("no-definition", "no definition describes the layer in Caffe layers")

  /// The definitions that there are instead.
  enum Cause: Equatable {
    /// None.
    case undefined
    /// A definition in operators, at a place.
    case inOperators(SourcePlace)
    /// Definitions for other layers of the type, each with the reason why it does not describe this layer.
    case others([String])
  }

  var layer: NamedLayer
  var cause: Cause

  var variant: String {
    switch cause {
    case .undefined: "undefined"
    case .inOperators: "operators"
    case .others(let reasons): reasons.joined(separator: "\n")
    }
  }

  func sentence(about layer: NamedLayer?) -> String {
    let it = self.layer.mention(about: layer)
    switch cause {
    case .undefined: return "no definition describes \(self.layer.type) in Caffe layers"
    case .inOperators(let place):
      return
        "the definition of \(self.layer.type) (\(place.description)) consists of ONNX operators, not of Caffe layers"
    case .others(let reasons) where reasons.count == 1:
      return "the definition of \(self.layer.type) does not describe \(it): \(reasons[0])"
    case .others(let reasons):
      return "no definition of \(self.layer.type) describes \(it): \(reasons.joined(separator: "; "))"
    }
  }
}

/// A definition needs the weights of a layer, and the run has no weights.
struct ExpansionNeedsWeights: RefusalReason {
  static let code = NoWeights.code
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) can be described only with its weights; give the weights"
  }
}

/// The evaluation of a definition fails for a layer.
struct FaultyExpansion: RefusalReason {
  static let code = EvaluationFailed.code

  /// The facts.
  enum Fault: Equatable {
    /// No step makes a value.
    case missing(String)
    /// An index beyond the end of a list.
    case badIndex(String, index: Int, count: Int)
    /// A count or an index that is not a whole number.
    case notWhole(String, Double)
    /// The definition makes too many layers.
    case tooMany(limit: Int)
    /// Definitions refer to one another in a cycle, or in a chain that is too long.
    case tooDeep(limit: Int)
  }

  var layer: NamedLayer
  var fault: Fault
  var place: SourcePlace?

  func sentence(about layer: NamedLayer?) -> String {
    let why =
      switch fault {
      case .missing(let name): "no step makes '\(name)' here"
      case .badIndex(let name, let index, let count):
        "it reads '\(name)[\(index)]', but '\(name)' has \(Wording.counted(count, "value"))"
      case .notWhole(let what, let number):
        "\(what) must be a whole number, found \(number)"
      case .tooMany(let limit): "it makes more than \(limit) layers"
      case .tooDeep(let limit):
        "its layers are defined by other layers, and these by others, more than \(limit) levels deep"
      }
    return "the definition of \(self.layer.type)\(place.map { " (\($0.description))" } ?? "") fails: \(why)"
  }
}
