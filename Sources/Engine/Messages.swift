import CaffeIO
import Diagnostics
import RuleModel

// All wording of this target.

extension Warning {
  /// The warning as a sentence.
  package var sentence: String { words.sentence }

  /// What the warnings that reports group have in common.
  package var kind: String { words.kind }

  private var words: (kind: String, sentence: String) {
    switch reason {
    case .untrained:
      return (
        "untrained",
        "'\(layer)' was never trained: its factor is 0, so Caffe normalises by the square root of eps alone, and so does the fold"
      )
    case .assumedStatistics:
      return (
        "assumed-statistics", "'\(layer)' says 'use_global_stats: false'; its stored statistics were used"
      )
    case .deadChannels(let count, let total):
      return (
        "dead-channels", "\(count) of \(Wording.counted(total, "channel")) of '\(layer)' have the factor 0"
      )
    case .negativeVariance(let count, let smallest):
      let number = NumberText.brief(smallest)
      return (
        "negative-variance",
        count == 1
          ? "a channel of '\(layer)' has a negative variance (\(number)); variance + eps is positive, so the fold holds"
          : "\(count) channels of '\(layer)' have a negative variance (down to \(number)); variance + eps is positive, so the fold holds"
      )
    case .noWeights(let type, let filling):
      let how =
        switch filling {
        case .random: "at random"
        case .constant: "with constants"
        case .named(let filler): "by the filler '\(filler)'"
        }
      return (
        "no-weights \(how)", "the weights file has no blobs for \(type) '\(layer)'; Caffe fills them \(how)"
      )
    case .otherNet(let layerCount, let stored):
      let found = stored.isEmpty ? "no layer" : Wording.names(stored)
      return (
        "other-net",
        "the weights file has blobs for none of the \(layerCount) layers that need them, but for \(found); does it belong to another net?"
      )
    case .idleParameter(let name, let rules, let reason, let obstacle):
      let takers = Wording.list(rules.map { "'\($0)'" }, "and")
      return (
        "idle-parameter",
        "parameter '\(name)' had no effect: \(rules.count == 1 ? "rule" : "rules") \(takers) rewrote nothing"
          + (reason.map { "; \($0.sentence())" } ?? "")
          + (obstacle.map { "; \($0.layer.description) stays: \($0.reason.sentence(about: $0.layer))" } ?? "")
      )
    case .undefinedBottom(let blob, let maker, let stages, let near):
      let bottom = UnmadeBottom(blob: blob, layer: layer, maker: maker, stages: stages, near: near)
      return ("undefined-bottom", bottom.sentence)
    case .otherStage(let blob, let stages):
      let flags = Wording.list(stages.map { "--stage \($0)" }, "or")
      return (
        "other-stage",
        "layer '\(layer)' is used although its stage is off, since no other layer makes blob '\(blob)'; add \(flags) for the net of that stage"
      )
    case .layout(let sentence): return (sentence, "'\(layer)': \(sentence)")
    case .assumedBlobs:
      return (
        "assumed-blobs",
        "no weights were given: blobs are assumed to be there, and to fit; nothing about them was checked"
      )
    }
  }
}

extension PlanError: DiagnosticError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    switch self {
    case .cycle(let steps):
      let first = steps.first ?? CycleStep(rule: "", layer: "")
      let rules = steps.map(\.rule).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      guard rules.count > 1 else {
        return Diagnostic(
          .error, at: .none,
          "rule '\(first.rule)' matches its own result at layer '\(first.layer)' and would never end; narrow its 'match'"
        )
      }
      let names = rules.map { "'\($0)'" }
      let listed = names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
      // A long cycle is told by its beginning.
      let told = steps.prefix(8).map { "'\($0.rule)' at '\($0.layer)'" }.joined(separator: ", ")
      let rest = steps.count > 8 ? " and \(steps.count - 8) more" : ""
      return Diagnostic(
        .error, at: .none,
        "rules \(listed) undo one another and would never end: \(told)\(rest), then '\(first.rule)' matches '\(first.layer)' again; narrow their 'match', or select one of them"
      )
    case .growth(let rules, let layer, let limit):
      let names = rules.map { "'\($0)'" }
      let listed =
        names.count == 1
        ? "rule \(names[0]) makes new layers of its own layers"
        : "rules \(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1]) make new layers of each other's layers"
      return Diagnostic(
        .error, at: .none,
        "\(listed), more than \(limit) one after the other, the last one '\(layer)', and would never end; narrow their 'match'"
      )
    case .newLayers(let limit, let rule, let layer):
      return Diagnostic(
        .error, at: .none,
        "the rules made more than \(limit) new layers, the limit for this net; rule '\(rule)' made the last one, '\(layer)'; make fewer layers in each rewrite, or narrow the 'match' of the rule"
      )
    case .malformed(let error): return error.diagnostic
    case .wrongConnection(let layer, let blob):
      return Diagnostic(
        .error, at: .none,
        "layer '\(layer)' would read another value as '\(blob)' than before; nothing was written; please report this net"
      )
    }
  }
}
