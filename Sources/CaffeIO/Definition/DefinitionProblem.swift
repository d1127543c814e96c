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
    /// A bottom that nothing makes.
    case unmadeBottom(UnmadeBottom)
    /// A name that an earlier layer has; the line of that one.
    case repeatedName(Name, firstLine: Int)
    /// A layer of whose values nothing comes.
    case deadLayer(Name, type: String)
  }

  /// The facts.
  package let reason: Reason
  /// Where.
  package let place: SourcePlace

  /// The layer that it is about; nil where that is no one layer.
  package var layer: Name?

  /// Makes one of all its parts.
  init(reason: Reason, place: SourcePlace, layer: Name? = nil) {
    self.reason = reason
    self.place = place
    self.layer = layer
  }

  /// The kind of problem.
  package var kind: Kind {
    switch reason {
    case .misspeltField: .misspeltField
    case .fieldOfOtherSyntax: .fieldOfOtherSyntax
    case .misspeltWord: .misspeltWord
    case .repeatedField: .repeatedField
    case .wrongValue: .wrongValue
    case .quotedType: .quotedType
    case .bareType: .bareType
    case .misspeltType: .misspeltType
    case .secondMaker: .secondMaker
    case .byteOrderMark: .byteOrderMark
    case .unmadeBottom: .unmadeBottom
    case .repeatedName: .repeatedName
    case .deadLayer: .deadLayer
    }
  }

  /// Whether a fold must stop because protobuf does not read the text.
  package var isError: Bool { kind.endsFold }

  /// How bad it is for the net itself.
  package var severity: Kind.Severity {
    if case .unmadeBottom(let bottom) = reason, bottom.isMadeElsewhere { return .warning }
    return kind.severity
  }

  /// The message for the user.
  package var diagnostic: Diagnostic {
    Diagnostic(isError ? .error : .warning, at: .text(place), sentence)
  }

  /// The message without its place.
  package var sentence: String { [words.reason, words.remedy].compactMap(\.self).joined(separator: "; ") }

  /// What is the matter, and what to do about it.
  package var words: (reason: String, remedy: String?) {
    switch reason {
    case .misspeltField(let field, let owner, let meant):
      (
        "\(owner) has no field '\(field)'",
        "did you mean '\(meant)'? If the field is a fork's own, give the fork's caffe.proto with --proto"
      )
    case .fieldOfOtherSyntax(let field, let owner, let remedy):
      ("\(owner) has no field '\(field)'", remedy)
    case .misspeltWord(let word, let field, let meant):
      (
        "'\(field)' has no value '\(word)'",
        "did you mean '\(meant)'? If the word is a fork's own, give the fork's caffe.proto with --proto"
      )
    case .repeatedField(let field, let owner, let firstLine):
      (
        "\(owner) has '\(field)' twice, the first in line \(firstLine)",
        "Caffe accepts the field once, so remove one"
      )
    case .wrongValue(let expected, let field, let found):
      ("expected \(expected) for '\(field)', found \(found)", nil)
    case .quotedType(let type):
      (
        "the old syntax 'layers' has types without quotes, such as CONVOLUTION; found \(type)",
        "write 'layer' instead of 'layers' for types in quotes"
      )
    case .bareType(let word, let meant):
      ("expected a string for 'type', found the word \(word)", "write \"\(meant)\"")
    case .misspeltType(let type, let layer, let meant):
      (
        "layer '\(layer)' has the unknown type '\(type)', so no rule for '\(meant)' applies to it",
        "did you mean '\(meant)'?"
      )
    case .secondMaker(let blob, let layer, let first):
      (
        "layers '\(first)' and '\(layer)' both make blob '\(blob)'; Caffe rejects the net",
        "rename the blob of one layer"
      )
    case .byteOrderMark:
      (
        "the file begins with a byte-order mark; Caffe and OpenCV cannot read the file",
        "remove the mark with: sed -i '1s/^\\xEF\\xBB\\xBF//' '\(place.path)'"
      )
    case .unmadeBottom(let bottom): (bottom.reason, bottom.remedy)
    case .repeatedName(let name, let firstLine):
      (
        "the layer in line \(firstLine) has the name '\(name)' too; Caffe gives the weights of that name to the first one alone",
        "rename one of them"
      )
    case .deadLayer(let name, let type):
      (
        "Silence layers alone read what \(type) '\(name)' makes, so it is computed for nothing unless it writes files",
        "remove the layer, or read its blob"
      )
    }
  }
}

/// A bottom that nothing makes, and what might be meant.
package struct UnmadeBottom: Sendable, Equatable {
  /// The blob.
  package var blob: Name
  /// The layer that reads it.
  package var layer: Name
  /// A layer that makes it and that the phase or the stages leave out.
  package var maker: Name?
  /// The stages of which one would have to be on.
  package var stages: [String]
  /// A blob of nearly the same name.
  package var near: String?

  /// Makes one of all its parts.
  package init(blob: Name, layer: Name, maker: Name?, stages: [String], near: String?) {
    self.blob = blob
    self.layer = layer
    self.maker = maker
    self.stages = stages
    self.near = near
  }

  /// Whether a layer makes it that the phase or the stages leave out.
  var isMadeElsewhere: Bool { maker != nil || !stages.isEmpty }

  /// What is the matter.
  var reason: String { "layer '\(layer)' reads blob '\(blob)', which no layer or input makes" }

  /// What to do about it.
  var remedy: String? {
    if !stages.isEmpty {
      let flags = Wording.list(stages.map { "--stage \($0)" }, "or")
      return "a layer of a stage that is off makes it: add \(flags)"
    }
    if let maker {
      return
        "layer '\(maker)' makes it in the other phase only: fold with --extend-select deploy to make it an input"
    }
    return near.map { "did you mean '\($0)'?" }
  }

  /// Both.
  package var sentence: String { [reason, remedy].compactMap(\.self).joined(separator: "; ") }
}
