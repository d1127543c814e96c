import Diagnostics
import RuleModel

/// Holds the operators of an exported graph against the statements about a target.
struct OperatorCheck {
  let target: Target

  /// The operators that the target does not run, each at the first layer that became one.
  func findings(of result: ExportResult, path: String) -> [Finding] {
    let accepted = target.claims.compactMap { claim -> (types: TypePattern, claim: TargetClaim)? in
      if case .acceptedOperators(let types) = claim.subject { (types, claim) } else { nil }
    }
    let native = target.nativeTypes
    var findings: [Finding] = []
    for (type, count) in result.operatorCounts where !(native?.accepts(type) ?? false) {
      if let claim = accepted.first?.claim, !accepted.contains(where: { $0.types.accepts(type) }) {
        findings.append(finding(claim, type, count, result, path))
      }
      for claim in target.claims {
        guard case .refusedOperators(let types) = claim.subject, types.accepts(type) else { continue }
        findings.append(finding(claim, type, count, result, path))
      }
    }
    return findings
  }

  private func finding(
    _ claim: TargetClaim, _ type: String, _ count: Int, _ result: ExportResult, _ path: String
  ) -> Finding {
    let layer = result.layers.first { $0.operators.contains(type) }?.name
    let reason =
      "\(target.id) does not run the operator \(type)"
      + (count > 1 ? ", which the graph has \(count) times" : "")
    return Finding(
      rule: claim.rule(of: target), severity: .init(claim.severity), location: .file(path), layer: layer,
      reason: claim.because.map { "\(reason): \($0)" } ?? reason, remedy: claim.remedy, help: claim.help,
      evidence: claim.evidence.text)
  }
}
