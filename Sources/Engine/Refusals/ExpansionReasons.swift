import Diagnostics

// A layer cannot become the Caffe layers that its type's definition consists of.

/// No definition says in Caffe layers what a layer computes.
struct NoExpansion: RefusalReason {
  static let code = RefusalCode("no-definition", "no definition says in Caffe layers what the layer computes")

  /// What there is instead.
  enum Cause: Equatable {
    /// Nothing.
    case undefined
    /// A definition in operators, at a place.
    case inOperators(SourcePlace)
    /// Definitions for other layers of the type, each with the sentence that says why.
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
    case .undefined: return "no definition says in Caffe layers what \(self.layer.type) computes"
    case .inOperators(let place):
      return
        "the definition of \(self.layer.type) (\(place.description)) consists of operators, which a net of Caffe layers cannot have"
    case .others(let reasons) where reasons.count == 1:
      return "the definition of \(self.layer.type) does not describe \(it): \(reasons[0])"
    case .others(let reasons):
      return "no definition of \(self.layer.type) describes \(it): \(reasons.joined(separator: "; "))"
    }
  }
}

/// The weights say which definition of its type describes a layer, and there are none.
struct ExpansionNeedsWeights: RefusalReason {
  static let code = NoWeights.code
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "what \(self.layer.mention(about: layer)) computes depends on its weights; give the weights"
  }
}

/// A definition does not work out for a layer.
struct FaultyExpansion: RefusalReason {
  static let code = EvaluationFailed.code

  /// The facts.
  enum Fault: Equatable {
    /// No step makes a value.
    case missing(String)
    /// An index beyond a list.
    case badIndex(String, index: Int, count: Int)
    /// A count or an index is no whole number.
    case notWhole(String, Double)
    /// More layers than a definition may make.
    case tooMany(limit: Int)
    /// The definitions of several types lead in a circle, or nearly.
    case tooDeep(limit: Int)
  }

  var layer: NamedLayer
  var fault: Fault
  var place: SourcePlace?

  func sentence(about layer: NamedLayer?) -> String {
    let why =
      switch fault {
      case .missing(let name): "no step makes '\(name)' here"
      case .badIndex(let name, let index, let count): "it asks for '\(name)[\(index)]' of \(count)"
      case .notWhole(let what, let number):
        "\(what) must be a whole number, found \(number)"
      case .tooMany(let limit): "it makes more than \(limit) layers"
      case .tooDeep(let limit): "its layers are defined by others, more than \(limit) times in a row"
      }
    return "the definition of \(self.layer.type)\(place.map { " (\($0.description))" } ?? "") fails: \(why)"
  }
}
