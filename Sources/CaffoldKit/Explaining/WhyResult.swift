import Diagnostics

/// Why a layer is rewritten, or stays.
public struct WhyResult: Sendable {
  /// A layer that a rule found, by the name that the rule has for it.
  public struct Match: Sendable, Equatable {
    /// The name in the rule.
    public var capture: String
    /// The layer's name.
    public var layer: Name
    /// Its type.
    public var type: String
  }

  /// A rewrite that has to do with the layer.
  public struct Rewrite: Sendable {
    /// What becomes of the layer.
    public enum Fate: String, Sendable {
      /// It is gone.
      case removed
      /// Another layer stands in its place.
      case replaced
      /// It stays, with other parameters, blobs or connections, or as it is.
      case kept
    }

    /// The rule.
    public var rule: String
    /// What becomes of the layer.
    public var fate: Fate
    /// The layers that the rule matched.
    public var matched: [Match]
  }

  /// A part of a condition that does not hold.
  public struct Finding: Sendable, Equatable {
    /// The part as the rule writes it.
    public var text: String
    /// Its value.
    public var found: String
    /// What the rule wants it to be.
    public var wanted: String
  }

  /// A rule that found the layer and did nothing.
  public struct Miss: Sendable {
    /// The rule.
    public var rule: String
    /// What it does.
    public var summary: String
    /// Where its search began.
    public var start: Name
    /// The layers that it found.
    public var matched: [Match]
    /// Whether it found all layers of its pattern.
    public var isComplete: Bool
    /// A stable word for the reason.
    public var code: String
    /// The reason as a sentence.
    public var reason: String
    /// The condition that does not hold, as the rule writes it; nil for other reasons.
    public var condition: String?
    /// By which parts it fails.
    public var findings: [Finding] = []
  }

  /// A rule that has a place for layers of the type, and whose search did not come to this one.
  public struct Unreached: Sendable, Equatable {
    /// The rule.
    public var rule: String
    /// The names in the rule that the layer could have.
    public var captures: [String]
    /// The types of layers that the search begins at; empty for any.
    public var start: [String]
  }

  /// The layer.
  public var layer: Name
  /// Its type.
  public var type: String
  /// The rewrites of a fold that have to do with it.
  public var rewrites: [Rewrite] = []
  /// The rules that found it and did nothing, the nearest first.
  public var misses: [Miss] = []
  /// The rules that could have a place for it.
  public var unreached: [Unreached] = []
  /// How many of the rules have no place for a layer of its type.
  public var otherRuleCount = 0
  /// Whether the layer is gone after a fold.
  public var isRemoved: Bool { rewrites.contains { $0.fate != .kept } }
}
