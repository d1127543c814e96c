import CaffoldKit
import Diagnostics
import JSON

/// What checks of nets found, in the Static Analysis Results Interchange Format (SARIF) 2.1.0, which GitHub and editors read.
struct SarifReport {
  private let results: [CheckResult]
  /// What could be found, each once.
  private let rules: [CheckResult.Rule]
  private let places: [String: Int]

  init(_ results: [CheckResult]) {
    self.results = results
    var rules: [CheckResult.Rule] = []
    var places: [String: Int] = [:]
    for rule in results.flatMap(\.rules) where places[rule.id] == nil {
      places[rule.id] = rules.count
      rules.append(rule)
    }
    (self.rules, self.places) = (rules, places)
  }

  var json: JSONValue {
    .object([
      ("$schema", "https://json.schemastore.org/sarif-2.1.0.json"),
      ("version", "2.1.0"),
      (
        "runs",
        [
          .object([
            ("tool", ["driver": driver]),
            // Columns count Unicode scalars.
            ("columnKind", "unicodeCodePoints"),
            ("invocations", [["executionSuccessful": true]]),
            ("artifacts", .array(artifacts)),
            (
              "results",
              .array(
                results.flatMap { result in
                  result.findings.map { self.result($0) }
                    + result.suppressed.map { self.result($0.finding, suppression: $0) }
                })
            ),
          ])
        ]
      ),
    ])
  }

  private var driver: JSONValue {
    .object([
      ("name", "caffold"), ("version", .string(Caffold.version)),
      ("semanticVersion", .string(Caffold.version)),
      ("rules", .array(rules.map(rule))),
    ])
  }

  private func rule(_ rule: CheckResult.Rule) -> JSONValue {
    .object(
      [
        ("id", .string(rule.id)),
        ("shortDescription", ["text": .string(rule.summary)]),
        ("defaultConfiguration", ["level": .string(rule.severity.rawValue)]),
      ] + (rule.help.map { [("helpUri", .string($0))] } ?? []))
  }

  private var artifacts: [JSONValue] {
    results.flatMap { [$0.files.model, $0.files.weights].compactMap(\.self) }.map {
      ["location": ["uri": .string(Self.uri($0))]]
    }
  }

  private func result(_ finding: Finding, suppression: CheckResult.Suppressed? = nil) -> JSONValue {
    var members: [(String, JSONValue)] = [("ruleId", .string(finding.rule))]
    if let place = places[finding.rule] { members.append(("ruleIndex", .integer(place))) }
    members += [
      ("level", .string(finding.severity.rawValue)),
      ("message", ["text": .string(finding.message)]),
      ("locations", .array([location(of: finding)].compactMap(\.self))),
      ("partialFingerprints", ["caffold/v1": .string(finding.fingerprint)]),
    ]
    if let suppression {
      let reason = suppression.because.map { [("justification", JSONValue.string($0))] } ?? []
      members.append(("suppressions", [.object([("kind", "inSource")] + reason)]))
    }
    if let evidence = finding.evidence {
      members.append(("properties", ["evidence": .string(evidence)]))
    }
    return .object(members)
  }

  private func location(of finding: Finding) -> JSONValue? {
    var members: [(String, JSONValue)] = []
    switch finding.location {
    case .none: break
    case .file(let path), .byte(let path, _):
      members.append(("physicalLocation", ["artifactLocation": ["uri": .string(Self.uri(path))]]))
    case .text(let place):
      var region: [(String, JSONValue)] = [
        ("startLine", .integer(place.line)), ("startColumn", .integer(place.column)),
      ]
      if place.hiddenColumns == 0 { region.append(("snippet", ["text": .string(place.lineText)])) }
      members.append(
        (
          "physicalLocation",
          .object([
            ("artifactLocation", ["uri": .string(Self.uri(place.path))]), ("region", .object(region)),
          ])
        ))
    }
    if let layer = finding.layer, !layer.isEmpty {
      members.append(("logicalLocations", [.object([("name", .name(layer)), ("kind", "object")])]))
    }
    return members.isEmpty ? nil : .object(members)
  }

  /// A path as a reference by RFC 3986: relative paths stay relative, so that a report fits whichever folder a repository is in.
  private static func uri(_ path: String) -> String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    let digits = Array("0123456789ABCDEF")
    var text = ""
    for byte in path.utf8 {
      if plain.contains(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return path.hasPrefix("/") ? "file://" + text : text
  }
}
