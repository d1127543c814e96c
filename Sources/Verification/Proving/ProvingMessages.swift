import Diagnostics
import Layers
import RuleModel
import Rules

// All wording of proofs.

extension RuleProof {
  /// The verdict in one word or two, for machines.
  package var word: String {
    switch verdict {
    case .proven: "proven"
    case .measured: "measured"
    case .notCompared: "not compared"
    case .nothingToProve: "nothing to prove"
    case .wrong: "wrong"
    case .neverMatched, .unknownTypes, .expansion, .otherPhase, .lacksParameter, .notEnough, .timedOut:
      "not proven"
    }
  }

  /// The verdict for a table: `held on 200 of 200 nets`.
  package func phrase(_ options: ProofOptions) -> String {
    switch verdict {
    case .proven: "held on \(compared) of \(options.instances) nets"
    case .measured: "measured on \(compared) of \(options.instances) nets"
    case .notCompared: "not compared"
    case .nothingToProve: "nothing to prove: it reports"
    case .wrong: "WRONG"
    case .notEnough, .timedOut: "not enough: \(Self.nets(compared))"
    case .neverMatched, .unknownTypes, .expansion, .otherPhase, .lacksParameter: "NOT PROVEN"
    }
  }

  private static func nets(_ count: Int) -> String { count == 1 ? "1 net" : "\(count) nets" }

  /// `; 312 draws were discarded, 200 of them because …`; empty where none were.
  private var discardClause: String {
    guard let most = discarded.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return "" }
    let subject = discardedCount == 1 ? "1 draw was" : "\(discardedCount) draws were"
    let part = most.value == discardedCount ? "" : ", \(most.value) of them"
    return "; \(subject) discarded\(part): \(most.key)"
  }

  /// What the user must know: why the rule is wrong or not proven; nil for a rule that is neither.
  package func error(for rule: Rule, options: ProofOptions) -> Diagnostic? {
    let place = Diagnostic.Location.text(rule.place)
    switch verdict {
    case .proven, .measured, .notCompared, .nothingToProve: return nil
    case .wrong(let example):
      return Diagnostic(
        .error, at: place, "rule '\(rule.id)' is wrong: \(example.sentence(options.tolerance))")
    case .neverMatched(let reason):
      let nearest = reason.map { "; the most frequent reason: \($0)" } ?? ""
      return Diagnostic(
        .error, at: place,
        "rule '\(rule.id)' is not proven: none of \(drawn) nets made from it was rewritten\(nearest)\(discardClause)"
      )
    case .notEnough:
      return Diagnostic(
        .error, at: place,
        "rule '\(rule.id)' is not proven: \(Self.nets(compared)) \(compared == 1 ? "was" : "were") compared, at least \(options.least) are needed; the rule refused \(drawn - compared)\(discardClause)"
      )
    case .unknownTypes(let types):
      let names = types.map { "'\($0)'" }.joined(separator: ", ")
      return Diagnostic(
        .error, at: place,
        "rule '\(rule.id)' is not proven: layers of type \(names) cannot be executed; say under 'layers:' or 'layouts:' what they compute"
      )
    case .expansion(let types):
      let names = types.map { "'\($0)'" }.joined(separator: ", ")
      return Diagnostic(
        .error, at: place,
        "rule '\(rule.id)' is not proven: it replaces layers of type \(names) by the layers of their definitions, and nothing else says what they compute; the tests of the definitions do, with 'caffold rules test'"
      )
    case .otherPhase:
      return Diagnostic(
        .error, at: place, "rule '\(rule.id)' is not proven: it is for phase TRAIN, only TEST can be executed"
      )
    case .lacksParameter(let name):
      return Diagnostic(
        .error, at: place,
        "rule '\(rule.id)' is not proven: its parameter '\(name)' has no value; give one with '--param \(name)=…'"
      )
    case .timedOut:
      return Diagnostic(
        .error, at: place,
        "rule '\(rule.id)' is not proven: \(Self.nets(compared)) of \(options.instances) \(compared == 1 ? "was" : "were") compared within \(NumberText.decimal(options.seconds, digits: 0)) seconds; allow more with --time"
      )
    }
  }

  /// What the user may want to know of a proof that holds.
  package func notes(for rule: Rule, options: ProofOptions) -> [Diagnostic] {
    guard isGood, compared > 0 else { return [] }
    var notes: [String] = []
    if compared < options.instances {
      notes.append(
        "rule '\(rule.id)': \(Self.nets(compared)) were compared instead of \(options.instances): the rule refused \(drawn - compared)\(discardClause)"
      )
    }
    for (capture, types) in untriedTypes {
      notes.append(
        "rule '\(rule.id)': no net was rewritten in which '\(capture)' is of type \(types.joined(separator: ", "))"
      )
    }
    return notes.map { Diagnostic(.note, at: .none, $0) }
  }
}

extension InstanceComparison {
  /// What is wrong, in one sentence.
  func sentence(_ tolerance: Double) -> String {
    switch difference {
    case .numbers(let numbers):
      return
        "output '\(numbers.output)' is \(numbers.expected) at \(numbers.place) before the rewrite and \(numbers.found) after it, \(NumberText.brief(numbers.error)) apart where \(NumberText.brief(tolerance)) is allowed"
    case .shape(let output, let expected, let found):
      return "output '\(output)' has the shape \(expected) before the rewrite and \(found) after it"
    case .missing(let output): return "output '\(output)' is gone after the rewrite"
    case .notEvaluated(let sentence): return "an expression cannot be evaluated: \(sentence)"
    case .notRunnable(let sentence): return "the rewritten net cannot be run: \(sentence)"
    }
  }

  /// The nets before and after with their numbers, as prototxt with comments.
  package var text: String {
    var text = parameters.isEmpty ? "" : "# parameters: \(parameters.joined(separator: " "))\n"
    text +=
      "# before\n" + Self.ended(String(decoding: instance.definition.document.source.bytes, as: UTF8.self))
    for (name, value) in instance.inputs { text += Self.comment(name.description, value) }
    for (layer, values) in instance.blobs {
      for (index, value) in values.enumerated() { text += Self.comment("\(layer).blobs[\(index)]", value) }
    }
    text += "# after\n" + Self.ended(String(decoding: rewritten, as: UTF8.self))
    for (layer, values) in changedBlobs {
      for (index, value) in values.enumerated() { text += Self.comment("\(layer).blobs[\(index)]", value) }
    }
    return text
  }

  private static func ended(_ text: String) -> String {
    text.hasSuffix("\n") || text.isEmpty ? text : text + "\n"
  }

  private static func comment(_ name: String, _ value: NetValue<Double>) -> String {
    let shown = value.values.prefix(16).map { "\($0)" }.joined(separator: " ")
    let more = value.values.count > 16 ? " … and \(value.values.count - 16) more" : ""
    return "# \(name) \(value.shape): \(shown)\(more)\n"
  }
}

extension InvalidInstance {
  /// The reason as a clause.
  var sentence: String {
    switch self {
    case .shapes: "its parameters and shapes contradict each other"
    case .undescribed(let layer, let type): "no layout and no definition describes \(type) '\(layer)'"
    case .tooLarge: "it has too many numbers"
    case .connections: "a layer cannot have as many bottoms or tops"
    case .notFinite: "it computes numbers that are not finite"
    case .nothing: "it computes no numbers"
    }
  }
}
