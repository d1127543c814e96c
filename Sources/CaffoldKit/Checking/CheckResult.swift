import Diagnostics

/// What a check of a net found.
public struct CheckResult: Sendable {
  /// A finding that a comment keeps out of the report.
  public struct Suppressed: Sendable {
    /// The finding.
    public var finding: Finding
    /// Why, as the comment says it.
    public var because: String?
  }

  /// What can be found: a standing check, a rule, a statement about a target.
  public struct Rule: Sendable, Equatable {
    /// The id.
    public var id: String
    /// What it finds, in one sentence.
    public var summary: String
    /// How bad that is.
    public var severity: Finding.Severity
    /// The address of a page about it.
    public var help: String?
  }

  /// The files that were looked at.
  public var files: ModelFiles
  /// What was found, in the order of the definition; what is about the weights comes last.
  public var findings: [Finding]
  /// What comments keep out.
  public var suppressed: [Suppressed]
  /// How many findings are known from the baseline.
  public var knownCount: Int
  /// What could have been found.
  public var rules: [Rule]

  /// How many findings are errors.
  public var errorCount: Int { findings.count { $0.severity == .error } }
}

/// What a check is asked beside its rules.
public struct FindingOptions: Sendable, Equatable {
  /// The programs that take the net over: names of built-in targets, or files.
  public var targets: [String] = []
  /// Findings that are not told.
  public var baseline = Baseline()
  /// Shapes of inputs, as in `InputOptions.shapes`.
  public var inputShapes: [String] = []

  /// The defaults.
  public init() {}
}
