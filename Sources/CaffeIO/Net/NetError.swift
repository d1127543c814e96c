import Diagnostics

/// What can be wrong with a text that is well-formed but not a net.
package struct NetError: DiagnosticError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// The file has no `layer`; the first few names it does have.
    case noLayers(fields: [String])
    /// A solver instead of a net; the net that it trains, if it names one.
    case solver(net: String?)
    /// `layer` and `layers` in one file.
    case mixedGenerations
    /// A layer without `type`.
    case missingType(layer: Name)
    /// A field that must be a string.
    case expectedString(field: String, found: String)
    /// A type that is not UTF-8.
    case encoding(type: Name)
    /// A field that must be a whole number.
    case expectedInteger(field: String, found: String)
    /// A field that must be a message.
    case expectedMessage(field: String, found: String)
    /// A value of a kind that the field cannot hold.
    case expectedValue(String, field: String, found: String)
    /// Neither TRAIN nor TEST.
    case unknownPhase(found: String)
    /// Both kinds of rules on one layer.
    case includeAndExclude(layer: Name)
    /// A padding layer of V0 whose pad the layer that reads it cannot take over.
    case padding(layer: Name, reader: Name)
    /// Shapes for some of the inputs only.
    case missingInputShapes(inputs: Int, shapes: Int)
  }

  /// The facts.
  package let reason: Reason
  /// Where.
  package let place: SourcePlace

  init(_ reason: Reason, in document: TextDocument, at offset: Int) {
    self.reason = reason
    place = document.source.place(at: offset)
  }

  init(_ reason: Reason, atValueOf field: TextField) {
    self.reason = reason
    place = field.source.place(at: field.valueOffset)
  }

  /// The message for the user.
  package var diagnostic: Diagnostic {
    let sentence: String
    switch reason {
    case .noLayers(let fields):
      let found = fields.isEmpty ? "" : "; found \(fields.map { "'\($0)'" }.joined(separator: ", "))"
      sentence = "this is no net definition: it has no 'layer'\(found)"
    case .solver(let net):
      sentence =
        "this is a solver, not a net definition; give the net that the solver trains"
        + (net.map { ": '\($0)'" } ?? "")
    case .mixedGenerations:
      sentence =
        "the file mixes 'layer' and 'layers'; Caffe would ignore one of them, so write all layers one way"
    case .missingType(let layer): sentence = "layer '\(layer)' has no 'type'"
    case .expectedString(let field, let found): sentence = "expected a string for '\(field)', found \(found)"
    case .encoding(let type): sentence = "expected UTF-8 text for 'type', found '\(type)'"
    case .expectedInteger(let field, let found):
      sentence = "expected a whole number for '\(field)', found \(found)"
    case .expectedMessage(let field, let found):
      sentence = "expected a message '{ … }' for '\(field)', found \(found)"
    case .expectedValue(let expected, let field, let found):
      sentence = "expected \(expected) for '\(field)', found \(found)"
    case .unknownPhase(let found): sentence = "expected TRAIN or TEST for 'phase', found \(found)"
    case .includeAndExclude(let layer):
      sentence = "layer '\(layer)' has both 'include' and 'exclude' rules; Caffe accepts only one kind"
    case .padding(let layer, let reader):
      sentence =
        "layer '\(reader)' cannot take over the pad of padding layer '\(layer)'; Caffe upgrades a padding layer only where each layer that reads it is a conv or pool with one bottom"
    case .missingInputShapes(let inputs, let shapes):
      sentence = "the net has \(inputs) inputs and shapes for \(shapes); give each input a shape"
    }
    return Diagnostic(.error, at: .text(place), sentence)
  }
}
