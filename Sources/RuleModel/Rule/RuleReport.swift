import Diagnostics

/// What a rule says about its matches instead of rewriting them.
package struct RuleReport: Sendable {
  /// How bad a match is.
  package enum Severity: String, Sendable, CaseIterable {
    /// The net cannot be used as it is.
    case error
    /// The net can be used, and hardly as its author meant it.
    case warning
    /// Worth knowing.
    case note
  }

  /// How bad a match is.
  package var severity: Severity
  /// Why it is one: a sentence, lower case, without a full stop.
  package var because: MessageTemplate
  /// What to do about it; nil where the rule does not say.
  package var remedy: MessageTemplate?
  /// The address of a page about it.
  package var help: String?
  /// The capture whose layer the message points at.
  package var capture: Int
  /// The field of that layer that the message points at, as a path; empty for the layer.
  package var path: [String]
  /// How it is known; nil for what needs no source.
  package var evidence: Evidence?

  /// Makes one of all its parts.
  package init(
    severity: Severity, because: MessageTemplate, remedy: MessageTemplate? = nil, help: String? = nil,
    capture: Int, path: [String] = [], evidence: Evidence? = nil
  ) {
    self.severity = severity
    self.because = because
    self.remedy = remedy
    self.help = help
    self.capture = capture
    self.path = path
    self.evidence = evidence
  }
}

/// A text for people with values in it: `"the window is {pool.pooling_param.kernel_size} wide"`.
package struct MessageTemplate: Sendable {
  /// The pieces, in order.
  package var parts: [TemplateField.TextPart]

  /// Makes one of its pieces.
  package init(parts: [TemplateField.TextPart]) { self.parts = parts }
}

/// How a statement about another program is known.
package struct Evidence: Sendable, Equatable {
  /// The two ways.
  package enum Kind: String, Sendable, CaseIterable {
    /// Tried with the program itself.
    case tested
    /// Read in its documents or its source.
    case documented
  }

  /// Where it was read, or what it was tried with.
  package var source: String
  /// When, as `2026-11-29`.
  package var date: String
  /// Which way.
  package var kind: Kind

  /// Makes one of all its parts.
  package init(source: String, date: String, kind: Kind) {
    self.source = source
    self.date = date
    self.kind = kind
  }
}
