/// What a kernel takes: checked when a rule is loaded, long before the kernel runs.
package struct KernelSignature: Sendable {
  /// What an argument must be.
  package enum Kind: Sendable {
    /// The name of a capture.
    case layer
    /// An expression with one value per channel, or one for all.
    case vector
  }

  /// One parameter.
  package struct Parameter: Sendable {
    /// The key in the rule file.
    package var name: String
    /// What it must be.
    package var kind: Kind
    /// Whether it must be given.
    package var isRequired: Bool
    /// One sentence for the reference.
    package var summary: String

    /// Makes a parameter.
    package init(_ name: String, _ kind: Kind, isRequired: Bool = true, summary: String) {
      self.name = name
      self.kind = kind
      self.isRequired = isRequired
      self.summary = summary
    }
  }

  /// The name that rules call it by.
  package var name: String
  /// One sentence for the reference.
  package var summary: String
  /// The parameters.
  package var parameters: [Parameter]

  /// Makes a signature.
  package init(name: String, summary: String, parameters: [Parameter]) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
  }
}
