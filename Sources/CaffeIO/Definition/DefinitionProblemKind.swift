extension DefinitionProblem {
  /// The kinds of problems; each raw value is the id of the check that tells it.
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

    /// How bad problems of this kind are for the net, unless one says otherwise.
    package var severity: Severity {
      switch self {
      case .misspeltType, .repeatedName: .warning
      case .deadLayer: .note
      default: .error
      }
    }

    /// Whether it is about what is written, whatever the layers are connected to.
    package var isAboutText: Bool {
      switch self {
      case .secondMaker, .unmadeBottom, .repeatedName, .deadLayer: false
      default: true
      }
    }

    /// Whether a fold must stop: protobuf does not read the text. Types are open to everybody, so an unknown one is not an error;
    /// a mark is taken away; and what is wrong with connections a fold can leave as it is.
    package var endsFold: Bool {
      isAboutText && self != .misspeltType && self != .byteOrderMark
    }

    /// What it is, in one sentence.
    package var summary: String {
      switch self {
      case .byteOrderMark: "A byte-order mark stands before the text, which Caffe and OpenCV cannot read."
      case .misspeltField: "A field does not exist, and one with almost its name does."
      case .fieldOfOtherSyntax: "A field belongs to the old syntax 'layers'."
      case .misspeltWord: "An enumeration lacks the word, and has one with almost its name."
      case .repeatedField: "A field that may stand once stands several times."
      case .wrongValue: "A field cannot hold the value."
      case .quotedType: "A type has quotes where the old syntax has a bare word."
      case .bareType: "A type has no quotes."
      case .misspeltType: "A layer type is unknown, and one with almost its name is not."
      case .unmadeBottom: "A layer reads a blob that nothing makes before it."
      case .secondMaker: "Two layers make one blob, neither in place."
      case .repeatedName: "Two layers have one name, so Caffe gives the weights to the first alone."
      case .deadLayer: "Silence layers alone read what a layer makes."
      }
    }
  }
}
