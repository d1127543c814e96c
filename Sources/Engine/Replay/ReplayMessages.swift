import Diagnostics

// All wording of this folder.

extension ReplayError: DiagnosticError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    Diagnostic(.error, at: place.map(Diagnostic.Location.text) ?? .none, sentence)
  }

  private var sentence: String {
    switch reason {
    case .unknownRule(let key, let rule, let known):
      return "rewrite '\(key)' is by rule '\(rule)', which is not among those selected"
        + Suggestion.clause(for: rule, among: known)
    case .noAnchor(let key, let rule, let capture):
      return "rewrite '\(key)' lists no layer for '\(capture)', which rule '\(rule)' begins at"
    case .noLayer(let key, let name, let type):
      return "rewrite '\(key)' cannot be made: there is no \(type) '\(name)' at this point; \(Self.remedy)"
    case .refused(let key, let reason, let disabled):
      let sentence = reason.sentence()
      guard !disabled.isEmpty else {
        return "rewrite '\(key)' cannot be made: \(sentence); \(Self.remedy)"
      }
      let earlier = disabled.map { "'\($0)'" }.joined(separator: ", ")
      let be = disabled.count == 1 ? "which is" : "which are"
      return
        "rewrite '\(key)' cannot be made: \(sentence); it depends on \(earlier), \(be) disabled; disable it as well, or make a new plan with --skip-layer"
    case .otherLayers(let key, let planned, let found):
      return
        "rewrite '\(key)' would be of \(described(found)), the plan says \(described(planned)); \(Self.remedy)"
    case .notPlanned(let key, let change):
      return "rewrite '\(key)' would change more than the plan says: \(described(change)); \(Self.remedy)"
    case .notDone(let key, let change):
      return
        "rewrite '\(key)' would not make a change that the plan lists: \(described(change)); \(Self.remedy)"
    case .overflow(let keys, let reason):
      return
        "\(reason.sentence()), after \(keys.map { "'\($0)'" }.joined(separator: ", ")); disable these rewrites, or make a new plan"
    }
  }

  private static let remedy = "restore the entries as they were, disable this one, or make a new plan"

  private func described(_ layers: [PlannedRewrite.Layer]) -> String {
    layers.map { "\($0.type) '\($0.name)' (\($0.capture), \($0.fate.rawValue))" }.joined(separator: ", ")
  }

  private func described(_ change: RewriteChange) -> String {
    switch change {
    case .attribute(let layer, let path, let old, let new):
      return "'\(path)' of layer '\(layer)' from \(old ?? "nothing") to \(new ?? "nothing")"
    case .blob(let layer, let index, let old, let new, let origin):
      let how = origin.map { ", \($0.rawValue)" } ?? ""
      return
        "blob \(index) of layer '\(layer)' from \(old.map { "\($0)" } ?? "nothing") to \(new.map { "\($0)" } ?? "nothing")\(how)"
    }
  }
}
