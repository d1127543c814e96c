/// The checks that `caffold check` always makes; each raw value is the id of its findings.
public enum StandingCheck: String, Sendable, CaseIterable {
  case syntax
  case solver
  case malformedNet = "malformed-net"
  case byteOrderMark = "byte-order-mark"
  case misspeltField = "misspelt-field"
  case otherSyntaxField = "other-syntax-field"
  case misspeltWord = "misspelt-word"
  case repeatedField = "repeated-field"
  case wrongValue = "wrong-value"
  case quotedType = "quoted-type"
  case bareType = "bare-type"
  case misspeltType = "misspelt-type"
  case forkType = "fork-type"
  case forkField = "fork-field"
  case forkWord = "fork-word"
  case unmadeBottom = "unmade-bottom"
  case secondMaker = "second-maker"
  case repeatedName = "repeated-name"
  case unreadInput = "unread-input"
  case deadLayer = "dead-layer"
  case unknownShape = "unknown-shape"
  case impossibleWindow = "impossible-window"
  case fault
  case missingBlobs = "missing-blobs"
  case superfluousBlobs = "superfluous-blobs"
  case blobSize = "blob-size"
  case otherNet = "other-net"
  case notFinite = "not-finite"
  case unreadableBlob = "unreadable-blob"
  case bareSuppression = "suppression-without-reason"
  case idleSuppression = "unused-suppression"

  /// How bad it is, unless the finding says otherwise.
  public var severity: Finding.Severity {
    switch self {
    case .misspeltType, .repeatedName, .superfluousBlobs, .otherNet: .warning
    case .forkType, .forkField, .forkWord, .unreadInput, .deadLayer, .unknownShape, .bareSuppression,
      .idleSuppression:
      .note
    default: .error
    }
  }

  /// Whether it is about what is written, whatever the layers compute.
  public var isAboutText: Bool {
    switch self {
    case .syntax, .solver, .malformedNet, .byteOrderMark, .misspeltField, .otherSyntaxField, .misspeltWord,
      .repeatedField, .wrongValue, .quotedType, .bareType, .misspeltType:
      true
    default: false
    }
  }

  /// What it finds, in one sentence.
  public var summary: String {
    switch self {
    case .syntax: "The text is not protobuf's text format."
    case .solver: "The file is a solver, not a net."
    case .malformedNet: "The text is no net: it has no layers, or a layer lacks its type."
    case .byteOrderMark: "A byte-order mark stands before the text, which Caffe and OpenCV cannot read."
    case .misspeltField: "A field does not exist, and one with almost its name does."
    case .otherSyntaxField: "A field belongs to the old syntax 'layers'."
    case .misspeltWord: "An enumeration lacks the word, and has one with almost its name."
    case .repeatedField: "A field that may stand once stands several times."
    case .wrongValue: "A field cannot hold the value."
    case .quotedType: "A type has quotes where the old syntax has a bare word."
    case .bareType: "A type has no quotes."
    case .misspeltType: "A layer type is unknown, and one with almost its name is not."
    case .forkType: "BVLC's Caffe does not have the layer type."
    case .forkField: "BVLC's Caffe does not have the field."
    case .forkWord: "A field has a word that BVLC's Caffe does not have."
    case .unmadeBottom: "A layer reads a blob that nothing makes before it."
    case .secondMaker: "Two layers make one blob, neither in place."
    case .repeatedName: "Two layers have one name, so Caffe gives the weights to the first alone."
    case .unreadInput: "No layer reads an input of the net."
    case .deadLayer: "Silence layers alone read what a layer makes."
    case .unknownShape: "The shape of an input, or of what an unknown layer makes, is not known."
    case .impossibleWindow: "A window does not fit into what it moves over."
    case .fault: "A layer does not suit its bottoms, or is faulty in itself."
    case .missingBlobs: "The weights file lacks blobs that a layer needs."
    case .superfluousBlobs: "The weights file has blobs that no layer takes."
    case .blobSize: "A blob has another number of values than its layer needs."
    case .otherNet: "The weights file has blobs for none of the layers that need some."
    case .notFinite: "Numbers of a blob are NaN or infinite."
    case .unreadableBlob: "The numbers of a blob have a type that cannot be read."
    case .bareSuppression: "A comment suppresses a finding and does not say why."
    case .idleSuppression: "A comment suppresses a finding that is not there."
    }
  }
}
