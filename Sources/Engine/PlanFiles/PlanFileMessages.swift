import Diagnostics

// All wording of this folder.

extension PlanFileError: DiagnosticError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    let location: Diagnostic.Location
    switch reason {
    case .otherInput(_, let path, _, _, _), .missingInput(_, let path), .notText(let path):
      location = .file(path)
    default: location = place.map(Diagnostic.Location.text) ?? .none
    }
    return Diagnostic(.error, at: location, sentence)
  }

  private var sentence: String {
    switch reason {
    case .noPlan:
      return "this is no plan: it does not say 'plan'; 'caffold fold … --plan out.json' makes one"
    case .unknownVersion(let version):
      return
        "version \(version) of the plan format is not known; this program reads \(PlanFile.formatVersion)"
    case .repeatedKey(let key, let line):
      return "rewrite '\(key)' is listed twice, first in line \(line); remove one"
    case .changedText(let path):
      return
        "the text of '\(path)' in the plan is not the one that the plan was made with; restore it, or make the plan anew"
    case .otherProgram(let planned, let running):
      return
        "the plan was made by caffold \(planned), this is \(running); apply it with that version, or make it anew"
    case .otherBuiltinRules:
      return
        "the plan was made with other built-in rules than this program has; apply it with the program that made it, or make it anew"
    case .otherInput(let role, _, let planned, let bytes, let digest):
      return
        "this is not the \(role) that the plan was made for, '\(planned.path)': \(difference(planned, bytes, digest)); give that file, or make the plan anew"
    case .missingInput(let role, _):
      return
        "there is no such file, and the plan says that its \(role) was here; name both files behind the plan if they are elsewhere now"
    case .weightsGiven:
      return "the plan is for a net definition alone; leave the weights out, or make a plan with them"
    case .notText:
      return "this file is not UTF-8, so a plan cannot hold it; save it as UTF-8"
    case .unknownRule(let key, let rule, let known):
      return "rewrite '\(key)' is by rule '\(rule)', which is not among those selected"
        + Suggestion.clause(for: rule, among: known)
    case .noAnchor(let key, let rule, let capture):
      return "rewrite '\(key)' lists no layer for '\(capture)', which rule '\(rule)' begins at"
    case .noLayer(let key, let name, let type):
      return "rewrite '\(key)' cannot be made: there is no \(type) '\(name)' at this point; \(Self.remedy)"
    case .refused(let key, let reason, let struck):
      let sentence = reason.sentence()
      guard !struck.isEmpty else {
        return "rewrite '\(key)' cannot be made: \(sentence); \(Self.remedy)"
      }
      let earlier = struck.map { "'\($0)'" }.joined(separator: ", ")
      let be = struck.count == 1 ? "is" : "are"
      return
        "rewrite '\(key)' cannot be made: \(sentence); it depends on \(earlier), which \(be) disabled: disable this rewrite as well, or make a new plan with --skip-layer"
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
        "\(reason.sentence()), after \(keys.map { "'\($0)'" }.joined(separator: ", ")); disable these rewrites, or make the plan anew"
    case .otherCount(let type, let planned, let found):
      return
        "the result would have \(found) \(type) layers, the plan says \(planned); nothing was written; make the plan anew"
    case .otherDefinition:
      return
        "the net definition that would be written is not the one the plan was made for; nothing was written; make the plan anew"
    case .otherWeightsSize(let planned, let found):
      return
        "the weights that would be written have \(found) bytes, the plan says \(planned); nothing was written; make the plan anew"
    }
  }

  private static let remedy =
    "restore the entries as they were, disable this one, or make the plan anew"

  private func difference(_ planned: PlanFile.Input, _ bytes: Int, _ digest: String) -> String {
    guard planned.byteCount == bytes else {
      return "it has \(bytes) bytes, that one had \(planned.byteCount)"
    }
    return "its SHA-256 begins with \(digest.prefix(12)), that one's with \(planned.digest.prefix(12))"
  }

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
