extension DefinitionProblem {
  /// The kinds of problems; each raw value is the id of the check that reports it.
  package enum Kind: String, Sendable, CaseIterable {
    case byteOrderMark = "byte-order-mark"
    case misspeltField = "misspelt-field"
    case fieldOfOtherSyntax = "other-syntax-field"
    case misspeltWord = "misspelt-word"
    case repeatedField = "repeated-field"
    case wrongValue = "wrong-value"
    case quotedType = "quoted-type"
    case bareType = "bare-type"
    case misspeltType = "misspelt-type"
    case unmadeBottom = "unmade-bottom"
    case secondMaker = "second-maker"
    case repeatedName = "repeated-name"
    case deadLayer = "dead-layer"

    /// How bad a problem is.
    package enum Severity: String, Sendable {
      /// Caffe rejects the net.
      case error
      /// The author hardly meant it.
      case warning
      /// Worth knowing.
      case note
    }

    /// How bad problems of this kind are for the net; a single problem may be less severe.
    package var severity: Severity {
      switch self {
      case .misspeltType, .repeatedName: .warning
      case .deadLayer: .note
      default: .error
      }
    }

    /// Whether it concerns the text of a layer and not the connections between layers.
    package var isAboutText: Bool {
      switch self {
      case .secondMaker, .unmadeBottom, .repeatedName, .deadLayer: false
      default: true
      }
    }

    /// Whether a fold must stop because protobuf does not read the text. A fork may have any type, so an unknown type
    /// does not stop a fold; a byte-order mark is removed; faulty connections are left as they are.
    package var endsFold: Bool {
      isAboutText && self != .misspeltType && self != .byteOrderMark
    }

    /// A description in one sentence.
    package var summary: String {
      switch self {
      case .byteOrderMark: "The file begins with a byte-order mark, which Caffe and OpenCV cannot read."
      case .misspeltField: "A field does not exist, but a field with nearly the same name does."
      case .fieldOfOtherSyntax: "A field belongs to the old syntax 'layers'."
      case .misspeltWord: "An enumeration lacks the word but has a word that is spelt nearly the same."
      case .repeatedField: "A field that is allowed once occurs several times."
      case .wrongValue: "A field cannot hold the value."
      case .quotedType: "A type has quotes where the old syntax has a bare word."
      case .bareType: "A type has no quotes."
      case .misspeltType: "A layer type is unknown, but a type with nearly the same name is known."
      case .unmadeBottom: "A layer reads a blob that nothing makes before it."
      case .secondMaker: "Two layers make the same blob, and neither works in place."
      case .repeatedName: "Two layers have the same name, so Caffe gives the weights to the first layer only."
      case .deadLayer: "Only Silence layers read the tops of a layer."
      }
    }
  }
}
