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
        "the text of '\(path)' in the plan is not the one that the plan was made with; restore it, or make a new plan"
    case .otherProgram(let planned, let running):
      return
        "the plan was made by caffold \(planned), this is \(running); apply it with that version, or make a new plan"
    case .otherBuiltinRules:
      return
        "the plan was made with other built-in rules than this program has; apply it with the program that made it, or make a new plan"
    case .otherInput(let role, _, let planned, let bytes, let digest):
      return
        "this is not the \(role) that the plan was made for, '\(planned.path)': \(difference(planned, bytes, digest)); give that file, or make a new plan"
    case .missingInput(let role, _):
      return
        "there is no such file, and the plan says that its \(role) was here; name both files behind the plan if they are elsewhere now"
    case .weightsGiven:
      return "the plan is for a net definition alone; leave the weights out, or make a plan with them"
    case .notText:
      return "this file is not UTF-8, so a plan cannot hold it; save it as UTF-8"
    case .otherCount(let type, let planned, let found):
      return
        "the result would have \(found) \(type) layers, the plan says \(planned); nothing was written; make a new plan"
    case .otherDefinition:
      return
        "the net definition that would be written is not the one the plan was made for; nothing was written; make a new plan"
    case .otherWeightsSize(let planned, let found):
      return
        "the weights that would be written have \(found) bytes, the plan says \(planned); nothing was written; make a new plan"
    }
  }

  private func difference(_ planned: PlanFile.Input, _ bytes: Int, _ digest: String) -> String {
    guard planned.byteCount == bytes else {
      return "it has \(bytes) bytes, that one had \(planned.byteCount)"
    }
    return "its SHA-256 begins with \(digest.prefix(12)), that one's with \(planned.digest.prefix(12))"
  }
}
