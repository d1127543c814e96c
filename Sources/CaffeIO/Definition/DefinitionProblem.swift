import Diagnostics

/// Something in a net definition that Caffe would reject, or that its author hardly meant.
package struct DefinitionProblem: DiagnosticError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// A field that nothing declares, and the field that was meant.
    case misspeltField(String, of: String, meant: String)
    /// A field of the other syntax: `blobs_lr` in a `layer`.
    case fieldOfOtherSyntax(String, of: String, remedy: String)
    /// A word that an enumeration lacks, and the word that was meant.
    case misspeltWord(String, field: String, meant: String)
    /// A field that may stand once and stands several times; the line of the first.
    case repeatedField(String, of: String, firstLine: Int)
    /// A value that the field cannot hold.
    case wrongValue(expected: String, field: String, found: String)
    /// A type in quotes where the old syntax has a bare word.
    case quotedType(String)
    /// A bare word where a type in quotes belongs; what to write.
    case bareType(String, meant: String)
    /// A layer type that nobody knows, and the type that was meant.
    case misspeltType(String, layer: Name, meant: String)
    /// A blob that two layers make; the layer that makes it first.
    case secondMaker(blob: Name, layer: Name, first: Name)
    /// A byte-order mark before the text.
    case byteOrderMark
  }

  /// The facts.
  package let reason: Reason
  /// Where.
  package let place: SourcePlace

  /// Whether the run must stop: Caffe does not read the text. Types are open to everybody, so an unknown one is not an error.
  package var isError: Bool {
    switch reason {
    case .misspeltType, .secondMaker, .byteOrderMark: false
    default: true
    }
  }

  /// The message for the user.
  package var diagnostic: Diagnostic {
    Diagnostic(isError ? .error : .warning, at: .text(place), sentence)
  }

  /// The message without its place.
  package var sentence: String {
    switch reason {
    case .misspeltField(let field, let owner, let meant):
      "\(owner) has no field '\(field)'; did you mean '\(meant)'? If the field is a fork's own, give the fork's caffe.proto with --proto"
    case .fieldOfOtherSyntax(let field, let owner, let remedy):
      "\(owner) has no field '\(field)'; \(remedy)"
    case .misspeltWord(let word, let field, let meant):
      "'\(field)' has no value '\(word)'; did you mean '\(meant)'? If the word is a fork's own, give the fork's caffe.proto with --proto"
    case .repeatedField(let field, let owner, let firstLine):
      "\(owner) has '\(field)' twice, the first in line \(firstLine); Caffe accepts the field once, so remove one"
    case .wrongValue(let expected, let field, let found):
      "expected \(expected) for '\(field)', found \(found)"
    case .quotedType(let type):
      "the old syntax 'layers' has types without quotes, such as CONVOLUTION; found \(type); write 'layer' instead of 'layers' for types in quotes"
    case .bareType(let word, let meant):
      "expected a string for 'type', found the word \(word); write \"\(meant)\""
    case .misspeltType(let type, let layer, let meant):
      "layer '\(layer)' has the unknown type '\(type)', so no rule for '\(meant)' applies to it; did you mean '\(meant)'?"
    case .secondMaker(let blob, let layer, let first):
      "layers '\(first)' and '\(layer)' both make blob '\(blob)'; Caffe rejects the net; rename the blob of one layer"
    case .byteOrderMark:
      "the file begins with a byte-order mark; Caffe and OpenCV cannot read the file; remove the mark with: sed -i '1s/^\\xEF\\xBB\\xBF//' '\(place.path)'"
    }
  }
}
