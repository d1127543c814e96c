import CaffeIO

/// A check that `caffold check` always makes.
///
/// `DefinitionProblem.Kind` lists the checks of the definition itself, which a fold reports too; the other checks are listed here.
public struct StandingCheck: Sendable, Equatable {
  /// The id of its findings.
  public let id: String
  /// How bad it is, unless the finding says otherwise.
  public let severity: Finding.Severity
  /// Whether it is about what is written, whatever the layers compute.
  public let isAboutText: Bool
  /// Whether it finds something only where weights are given.
  public let needsWeights: Bool
  /// What it finds, in one sentence.
  public let summary: String

  private init(
    _ id: String, _ severity: Finding.Severity, isAboutText: Bool = false, needsWeights: Bool = false,
    _ summary: String
  ) {
    self.id = id
    self.severity = severity
    self.isAboutText = isAboutText
    self.needsWeights = needsWeights
    self.summary = summary
  }

  /// The check that reports problems of a kind.
  init(_ kind: DefinitionProblem.Kind) {
    self.init(kind.rawValue, .init(kind.severity), isAboutText: kind.isAboutText, kind.summary)
  }

  /// All of them, in the order in which a report groups them.
  public static let all: [StandingCheck] =
    [syntax, solver, malformedNet] + problems { $0.isAboutText } + [forkType, forkField, forkWord]
    + problems { !$0.isAboutText } + [
      unreadInput, unknownShape, impossibleWindow, fault, missingBlobs, superfluousBlobs, blobSize, otherNet,
      notFinite, unreadableBlob, bareSuppression, idleSuppression, unknownSuppression,
    ]

  private static func problems(_ isWanted: (DefinitionProblem.Kind) -> Bool) -> [StandingCheck] {
    DefinitionProblem.Kind.allCases.filter(isWanted).map { StandingCheck($0) }
  }
}

// MARK: - The text

extension StandingCheck {
  static let syntax = StandingCheck(
    "syntax", .error, isAboutText: true, "The text is not protobuf's text format.")
  static let solver = StandingCheck("solver", .error, isAboutText: true, "The file is a solver, not a net.")
  static let malformedNet = StandingCheck(
    "malformed-net", .error, isAboutText: true,
    "The text is no net: it has no layers, or a layer lacks its type.")
  static let forkType = StandingCheck("fork-type", .note, "BVLC's Caffe does not have the layer type.")
  static let forkField = StandingCheck("fork-field", .note, "BVLC's Caffe does not have the field.")
  static let forkWord = StandingCheck(
    "fork-word", .note, "A field has a word that BVLC's Caffe does not have.")
}

// MARK: - Layers and what they compute

extension StandingCheck {
  static let unreadInput = StandingCheck("unread-input", .note, "No layer reads an input of the net.")
  static let unknownShape = StandingCheck(
    "unknown-shape", .note, "The shape of an input, or of what an unknown layer makes, is not known.")
  static let impossibleWindow = StandingCheck(
    "impossible-window", .error, "A window does not fit into what it moves over.")
  static let fault = StandingCheck(
    "fault", .error, "A layer does not suit its bottoms, or is faulty in itself.")
}

// MARK: - Weights

extension StandingCheck {
  static let missingBlobs = StandingCheck(
    "missing-blobs", .error, needsWeights: true, "The weights file lacks blobs that a layer needs.")
  static let superfluousBlobs = StandingCheck(
    "superfluous-blobs", .warning, needsWeights: true, "The weights file has blobs that no layer takes.")
  static let blobSize = StandingCheck(
    "blob-size", .error, needsWeights: true, "A blob has another number of values than its layer needs.")
  static let otherNet = StandingCheck(
    "other-net", .warning, needsWeights: true,
    "The weights file has blobs for none of the layers that need some.")
  static let notFinite = StandingCheck(
    "not-finite", .error, needsWeights: true, "Numbers of a blob are NaN or infinite.")
  static let unreadableBlob = StandingCheck(
    "unreadable-blob", .error, needsWeights: true, "The numbers of a blob have a type that cannot be read.")
}

// MARK: - Comments

extension StandingCheck {
  static let bareSuppression = StandingCheck(
    "suppression-without-reason", .note, "A comment suppresses a finding and does not say why.")
  static let idleSuppression = StandingCheck(
    "unused-suppression", .note, "A comment suppresses a finding that is not there.")
  static let unknownSuppression = StandingCheck(
    "unknown-suppression", .warning,
    "A comment begins with 'caffold:' and does not say what to ignore, or names no check or rule.")
}
