import Diagnostics
import Engine
import Layers
import RuleModel

/// Why a net cannot be written as ONNX operators.
package struct LoweringError: DiagnosticError {
  /// The facts.
  package enum Reason: Sendable {
    /// Nobody says what the type computes.
    case noDefinition
    /// A condition of the definition does not hold; the sentence that explains it, or the condition itself.
    case condition(String)
    /// A field or a value that may change what the layer computes.
    case notUnderstood(String)
    /// An expression has no value.
    case expression(String)
    /// The value of an attribute or a constant is not of the kind that the operator wants; without an operator, a count or an index
    /// of the definition.
    case wrongValue(of: String, operator: String?, found: String, wanted: String)
    /// A value that no operator makes, as the conditions of the definition turned out.
    case missingValue(String)
    /// A top whose elements are whole numbers or truths; a layer makes numbers of type float.
    case topWithoutNumbers(String)
    /// An index beyond a list.
    case badIndex(String, index: Int, count: Int)
    /// There are no weights.
    case noWeights
    /// A shape does not follow from the definition.
    case unknownShape(blob: Name, why: String)
    /// Nothing says the shape of what a layer makes that is kept as it is.
    case unknownTop(blob: Name)
    /// The program that runs nets cannot run a layer whose tops are to be constants.
    case notComputed(String)
    /// More operators than a definition may make.
    case tooManyOperators(limit: Int)
    /// The operator set that was asked for does not have what the definition needs.
    case notInOpset(operator: String, what: String, opset: Int)
    /// A layer makes other operators for another batch.
    case dependsOnBatch
  }

  /// The layer.
  package let layer: LayerSubject
  /// The facts.
  package let reason: Reason
  /// Where the definition or the layer stands.
  package let place: SourcePlace?

  package init(_ layer: LayerSubject, _ reason: Reason, at place: SourcePlace? = nil) {
    self.layer = layer
    self.reason = reason
    self.place = place
  }

  /// Whether no operators are known that compute what the layer computes.
  package var isAboutMeaning: Bool {
    switch reason {
    case .noDefinition, .notUnderstood, .condition: true
    default: false
    }
  }

  /// The message for the user.
  package var diagnostic: Diagnostic {
    Diagnostic(.error, at: place.map(Diagnostic.Location.text) ?? .none, sentence)
  }

  private var sentence: String {
    let subject = "\(layer.type) '\(layer.name)'"
    return switch reason {
    case .noDefinition:
      "\(subject) cannot be exported: no definition says what \(layer.type) computes; 'caffold rules new --layer \(layer.type)' prints one to begin with, and --rules takes it; --keep-unknown writes the layer as a node of a domain of its own"
    case .notUnderstood(let why):
      "\(subject) cannot be exported as a \(layer.type): \(why); define the type in a rule file of yours to export it all the same"
    case .noWeights: "\(subject) cannot be exported without weights"
    case .notInOpset(_, _, let opset): "\(subject) cannot be exported for opset \(opset): \(why)"
    case .unknownTop(let blob):
      "\(subject) cannot be kept as it is, because nothing says the shape of '\(blob)'; give --input-shape '\(blob)=1,3,224,224' with the right one"
    case .dependsOnBatch:
      "\(subject) makes other operators for another batch size, so the net cannot have a dynamic batch; export it without --dynamic-batch"
    default: "\(subject) cannot be exported: \(why)"
    }
  }

  /// Why the layer cannot be said in operators, as a sentence part.
  var why: String {
    switch reason {
    case .noDefinition: "no definition says what \(layer.type) computes"
    case .condition(let why), .notUnderstood(let why), .expression(let why), .notComputed(let why): why
    case .wrongValue(let what, nil, let found, let wanted):
      "\(what) must be \(wanted) in its definition, found \(found)"
    case .wrongValue(let what, let name?, let found, let wanted):
      "'\(what)' of operator \(name) must be \(wanted), found \(found)"
    case .missingValue(let name): "no operator of its definition makes '\(name)' here"
    case .topWithoutNumbers(let name):
      "its definition makes '\(name)' of another element type than float; end it with {op: Cast, to: 1}"
    case .badIndex(let name, let index, let count):
      "its definition asks for '\(name)[\(index)]' of \(count)"
    case .noWeights: "its definition reads blobs, and there are no weights"
    case .unknownShape(let blob, let why): "the shape of '\(blob)' is not known, because \(why)"
    case .unknownTop(let blob): "nothing says the shape of '\(blob)'"
    case .tooManyOperators(let limit): "its definition makes more than \(limit) operators"
    case .notInOpset(let name, let what, _): "operator \(name) has no '\(what)' there; give a later --opset"
    case .dependsOnBatch: "it makes other operators for another batch size"
    }
  }
}
