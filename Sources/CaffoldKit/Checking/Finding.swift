import CaffeIO
import Diagnostics

/// Something about a net that its user should know, found without running it.
public struct Finding: Sendable, Equatable {
  /// How bad it is.
  public enum Severity: String, Sendable, CaseIterable {
    /// The net cannot be used as it is.
    case error
    /// The net can be used, and hardly as its author meant it.
    case warning
    /// Worth knowing.
    case note

    init(_ severity: DefinitionProblem.Kind.Severity) {
      switch severity {
      case .error: self = .error
      case .warning: self = .warning
      case .note: self = .note
      }
    }
  }

  /// What found it: the id of a rule, or of one of `StandingCheck`.
  public var rule: String
  /// How bad it is.
  public var severity: Severity
  /// Where.
  public var location: Diagnostic.Location
  /// The layer; nil for what concerns the net.
  public var layer: Name?
  /// What is the matter: a sentence, lower case, without a full stop.
  public var reason: String
  /// What to do about it.
  public var remedy: String?
  /// The address of a page about it.
  public var help: String?
  /// How it is known, where it is about another program: `tested with …` or `documented in …`.
  public var evidence: String?

  /// The reason with the remedy behind it.
  public var message: String { [reason, remedy].compactMap(\.self).joined(separator: "; ") }

  /// What the finding is known by wherever its lines move to: a digest of the rule, the layer and the reason.
  public var fingerprint: String {
    let text = [rule, layer?.escaped ?? "", Self.withoutLines(reason)].joined(separator: "\n")
    return String(SHA256.digest(of: Array(text.utf8)).prefix(32))
  }

  /// A reason names other lines of the file, which move.
  private static func withoutLines(_ reason: String) -> String {
    var words = reason.split(separator: " ", omittingEmptySubsequences: false)
    for index in words.indices.dropFirst()
    where words[index - 1] == "line" && words[index].first?.isNumber == true {
      words[index] = "N"
    }
    return words.joined(separator: " ")
  }

  /// The place in the definition; nil for what is about another file, or about none.
  package var place: SourcePlace? {
    if case .text(let place) = location { return place }
    return nil
  }
}

extension Finding {
  /// What a standing check found.
  init(
    _ check: StandingCheck, _ severity: Severity? = nil, at location: Diagnostic.Location, layer: Name? = nil,
    _ reason: String, remedy: String? = nil
  ) {
    self.init(
      rule: check.id, severity: severity ?? check.severity, location: location, layer: layer,
      reason: reason, remedy: remedy)
  }

  /// What is wrong with a definition.
  init(_ problem: DefinitionProblem) {
    let words = problem.words
    self.init(
      StandingCheck(problem.kind), .init(problem.severity), at: .text(problem.place), layer: problem.layer,
      words.reason, remedy: words.remedy)
  }

  /// The order of a report: file by file, place by place, then what has no place.
  static func isBefore(_ a: Finding, _ b: Finding) -> Bool {
    switch (a.place, b.place) {
    case (let a?, let b?): (a.line, a.column) < (b.line, b.column)
    case (_?, nil): true
    default: false
    }
  }
}
