import Diagnostics

/// What a program accepts that takes nets over: a statement for each thing that is known of it.
package struct Target: Sendable {
  /// What it takes.
  package enum Input: String, Sendable, CaseIterable {
    /// Caffe's definition and weights.
    case caffe
    /// An ONNX file, as `caffold export` writes it.
    case onnx
  }

  /// What `--target` calls it; the ids of its findings begin with it.
  package var id: String
  /// One sentence.
  package var summary: String
  /// What it takes.
  package var takes: Input
  /// The rules that bring a net there: ids, globs, tags.
  package var mends: [String]
  /// What it accepts.
  package var claims: [TargetClaim]
  /// Rules of its file that report.
  package var rules: [Rule]
  /// Where it stands.
  package var place: SourcePlace

  /// Makes one of all its parts.
  package init(
    id: String, summary: String, takes: Input, mends: [String], claims: [TargetClaim], rules: [Rule] = [],
    place: SourcePlace
  ) {
    self.id = id
    self.summary = summary
    self.takes = takes
    self.mends = mends
    self.claims = claims
    self.rules = rules
    self.place = place
  }
}

/// One statement about a target.
package struct TargetClaim: Sendable {
  /// What the statement says.
  package enum Subject: Sendable {
    /// Types that it takes; together with those of other statements they are all.
    case acceptedTypes(TypePattern)
    /// Types that it does not take.
    case refusedTypes(TypePattern)
    /// ONNX operators that it runs; together with those of other statements they are all.
    case acceptedOperators(TypePattern)
    /// ONNX operators that it does not run.
    case refusedOperators(TypePattern)
    /// Caffe's layer types that it runs as nodes of these names, beside ONNX's operators: what `export --profile` keeps.
    case nativeOperators(TypePattern)
    /// Fields that end its run, wherever they are written.
    case refusedFields([[String]])
    /// Fields that it passes over, so that any other value than Caffe's default is lost.
    case ignoredFields([[String]])
    /// Fields that BVLC's Caffe does not have end its run, except these and what is inside of them.
    case unknownFields(known: [[String]])
    /// `layer` alone: the syntaxes of 2013 and 2014 are not read.
    case newSyntax
    /// Inputs are Input layers: `input` at the top of the file is not read.
    case inputLayers
    /// A byte-order mark ends the run.
    case noByteOrderMark
    /// How many axes a blob has at most.
    case axes(Int)
    /// How large the first axis of an input is at most.
    case batch(Int)
    /// How large the height and the width of a blob are at most.
    case size(Int)
    /// How many outputs the net has at most.
    case outputs(Int)
    /// A layer's only top has the layer's name, unless the layer works in place.
    case ownTops
    /// Layers have the same names and types in both files.
    case sameNames
    /// The numbers of blobs are stored in single precision.
    case singlePrecision

    /// The end of the ids of its findings.
    package var code: String {
      switch self {
      case .acceptedTypes: "other-type"
      case .refusedTypes: "refused-type"
      case .acceptedOperators: "other-operator"
      case .refusedOperators: "refused-operator"
      case .nativeOperators: "native-operator"
      case .refusedFields: "refused-field"
      case .ignoredFields: "ignored-field"
      case .unknownFields: "unknown-field"
      case .newSyntax: "old-syntax"
      case .inputLayers: "input-field"
      case .noByteOrderMark: "byte-order-mark"
      case .axes: "axes"
      case .batch: "batch"
      case .size: "size"
      case .outputs: "outputs"
      case .ownTops: "top-name"
      case .sameNames: "other-name"
      case .singlePrecision: "other-numbers"
      }
    }
  }

  /// What it says.
  package var subject: Subject
  /// How bad it is when a net is otherwise.
  package var severity: RuleReport.Severity
  /// Why, for people; nil where the subject says all.
  package var because: String?
  /// What to do about it.
  package var remedy: String?
  /// The address of a page about it.
  package var help: String?
  /// How it is known.
  package var evidence: Evidence

  /// Makes one of all its parts.
  package init(
    subject: Subject, severity: RuleReport.Severity = .error, because: String? = nil, remedy: String? = nil,
    help: String? = nil, evidence: Evidence
  ) {
    self.subject = subject
    self.severity = severity
    self.because = because
    self.remedy = remedy
    self.help = help
    self.evidence = evidence
  }
}
