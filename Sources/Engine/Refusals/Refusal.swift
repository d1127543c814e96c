import Diagnostics

/// A near miss: a rule that almost rewrote something, and why it did not.
package struct Refusal: Sendable {
  /// The rule.
  package var rule: String
  /// The layer that stays.
  package var layer: NamedLayer
  /// Why.
  package var reason: Reason
  /// The layers that had been found, by capture.
  package var bindings: [(capture: String, layer: NamedLayer)]
  /// Whether all layers of the pattern were there: the nearest kind of miss.
  package var isComplete: Bool

  /// The reason as part of a sentence about the layer.
  package var sentence: String { reason.sentence(about: layer) }

  /// A reason of any kind, as it is thrown.
  package struct Reason: Error, Sendable, Equatable {
    /// The facts.
    let facts: any RefusalReason

    /// Wraps the facts of a reason.
    init(_ facts: some RefusalReason) { self.facts = facts }

    /// A stable word for machines and rule tests.
    package var code: String { type(of: facts).code.word }

    /// The reason as part of a sentence, lower case, remedy last; `layer` is the one that the sentence is about.
    package func sentence(about layer: NamedLayer? = nil) -> String { facts.sentence(about: layer) }

    /// Where the condition stands that does not hold; nil for reasons of other kinds.
    package var unmetCondition: SourcePlace? { (facts as? UnmetCondition)?.place }

    /// The condition that does not hold, as the rule writes it; nil for reasons of other kinds.
    package var conditionText: String? { (facts as? UnmetCondition)?.text }

    /// By which parts that condition fails; empty unless `PlanOptions.explainsConditions` was set.
    package var conditionFindings: [ConditionFinding] { (facts as? UnmetCondition)?.findings ?? [] }

    package static func == (a: Self, b: Self) -> Bool {
      type(of: a.facts) == type(of: b.facts) && a.sentence() == b.sentence()
    }
  }
}

/// Why a rule did not rewrite a match: the facts of one kind of reason, with its code and its wording.
///
/// A new kind is a type like these, and its name in `Refusal.Reason.kinds`. It names layers and does not number them: a
/// refusal outlives the layers that the refused rewrite made.
protocol RefusalReason: Sendable {
  /// What machines and the reference call it; kinds that differ in their facts alone share one.
  static var code: RefusalCode { get }

  /// The reason as part of a sentence, lower case, remedy last; `layer` is the one that the sentence is about.
  func sentence(about layer: NamedLayer?) -> String

  /// What tells two reasons of one kind apart, layers and numbers aside; reports group layers by it.
  var variant: String { get }

  /// The layers that stand in the way of the rewrite.
  var obstacles: [NamedLayer] { get }
}

extension RefusalReason {
  var variant: String { "" }
  var obstacles: [NamedLayer] { [] }
}

/// A stable word for a kind of reason.
struct RefusalCode: Sendable, Equatable {
  /// For example `net-output`.
  let word: String
  /// Ends the sentence "the rule did not rewrite because …".
  let meaning: String

  init(_ word: String, _ meaning: String) {
    self.word = word
    self.meaning = meaning
  }
}

extension Refusal.Reason {
  /// All kinds of reasons, in the order of the reference.
  static let kinds: [any RefusalReason.Type] = [
    ProducerType.self, NoProducer.self, BottomCount.self, OtherConnection.self, ChainLength.self,
    SearchLimit.self, TooManyBottoms.self, OtherConsumer.self,
    NetOutput.self, LostOutput.self, NewOutput.self, OutputName.self, OutputRead.self, InputName.self,
    TopCount.self, ReadsTooEarly.self, BlobNameTaken.self, LayerNameTaken.self, WorksInPlace.self,
    OverwrittenInPlace.self, NotBypassable.self, LastLayer.self, OldSyntax.self,
    Overlapped.self, UnmetCondition.self, PassesDone.self, NotShrinking.self, OtherPhase.self,
    LayerProtected.self,
    RepeatedName.self, SharedParameter.self, SharerLeft.self, NoWeights.self, UnknownWithoutWeights.self,
    AmbiguousWeights.self, BlobCount.self, BlobShape.self, ChannelCount.self, InputChannels.self,
    NoLayout.self, RefusedLayout.self, AmbiguousLayout.self, QuantisedLayer.self, BatchStatistics.self,
    BatchLayout.self, UnusableVariance.self, NotFinite.self,
    OtherAxis.self, TwoBottoms.self, UnexplainedParameter.self, EndsInReLU.self,
    UnusableParameters.self, Overflow.self, InexactPadding.self,
    UnknownBlobShape.self,
    UnreadableBlobs.self, EvaluationFailed.self, NotANumber.self, WrongFieldValue.self, NoWindow.self,
    UnevenPadding.self, NoInputSide.self, NotLinear.self, NoBiasByMeaning.self, EvenRanges.self,
    SmallGain.self, NoExpansion.self,
    ExpansionNeedsWeights.self, FaultyExpansion.self,
  ]

  /// All codes, each once.
  package static let codes: [String] = kinds.map { $0.code.word }.reduce(into: []) { codes, code in
    if !codes.contains(code) { codes.append(code) }
  }

  /// The codes as a table of Markdown, for the reference.
  package static var reference: String {
    let rows = codes.compactMap { word in kinds.first { $0.code.word == word } }.map {
      "| `\($0.code.word)` | \($0.code.meaning) |\n"
    }
    return "| code | the rule did not rewrite because |\n|---|---|\n" + rows.joined()
  }
}
