import CaffoldKit
import Diagnostics
import JSON

/// What checks of nets found, for people and for machines.
struct FindingsReport {
  private let results: [CheckResult]
  private let isVerbose: Bool

  init(_ results: [CheckResult], isVerbose: Bool = false) {
    self.results = results
    self.isVerbose = isVerbose
  }

  /// How many findings of a rule in one net are each printed.
  private static let shown = 3

  private var findings: [Finding] { results.flatMap(\.findings) }

  // MARK: Text

  /// The findings, one behind the other, and a line that counts them.
  var text: String {
    let blocks = results.flatMap { isVerbose ? $0.findings.map { Self.block($0) } : Self.blocks(of: $0) }
    return blocks.joined(separator: "\n") + (blocks.isEmpty ? "" : "\n") + summary + "\n"
  }

  private static func block(_ finding: Finding, more: [Finding] = []) -> String {
    var lines = FindingText(finding).lines
    if !more.isEmpty {
      let places = more.prefix(6).compactMap { $0.place.map { String($0.line) } }
      let rest = more.count > places.count ? ", …" : ""
      let inLines = places.isEmpty ? "" : " in lines \(places.joined(separator: ", "))\(rest)"
      lines += FindingText.wrapped(
        "and \(Wording.counted(more.count, "more finding", plural: "more findings"))\(inLines); -v lists each",
        indent: 2)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The findings of one net: of a rule that finds much the first few, and where the others are.
  private static func blocks(of result: CheckResult) -> [String] {
    let groups = Dictionary(grouping: result.findings) { $0.rule }
    var told: [String: Int] = [:]
    return result.findings.compactMap { finding in
      let group = groups[finding.rule] ?? []
      let place = told[finding.rule, default: 0]
      told[finding.rule] = place + 1
      // A line that replaces one other hides more than it saves.
      guard group.count > shown + 1 else { return block(finding) }
      guard place < shown else { return nil }
      return block(finding, more: place == shown - 1 ? Array(group[shown...]) : [])
    }
  }

  /// `2 errors, 1 warning and 3 notes in 1 net; 1 suppressed, 4 known from the baseline`.
  private var summary: String {
    let kinds = Finding.Severity.allCases.compactMap { severity -> String? in
      let count = findings.count { $0.severity == severity }
      return count > 0 ? Format.counted(count, severity.rawValue) : nil
    }
    let found = kinds.isEmpty ? "nothing found" : Wording.list(kinds, "and")
    let suppressed = results.reduce(0) { $0 + $1.suppressed.count }
    let known = results.reduce(0) { $0 + $1.knownCount }
    let others =
      (suppressed > 0 ? ["\(Format.grouped(suppressed)) suppressed"] : [])
      + (known > 0 ? ["\(Format.grouped(known)) known from the baseline"] : [])
    return "\(found) in \(Format.counted(results.count, "net"))"
      + (others.isEmpty ? "" : "; \(others.joined(separator: ", "))")
  }

  // MARK: Statistics

  /// How often each rule found something, the most frequent first.
  var statistics: String {
    var table = Table(left: [1, 2])
    table.add("found", "severity", "rule")
    for row in counts { table.add(Format.grouped(row.count), row.severity.rawValue, row.rule) }
    return (counts.isEmpty ? "" : table.lines(hasTotal: false).joined(separator: "\n") + "\n\n") + summary
      + "\n"
  }

  private var counts: [(rule: String, severity: Finding.Severity, count: Int)] {
    var counts: [(rule: String, severity: Finding.Severity, count: Int)] = []
    for finding in findings {
      if let index = counts.firstIndex(where: { $0.rule == finding.rule && $0.severity == finding.severity })
      {
        counts[index].count += 1
      } else {
        counts.append((finding.rule, finding.severity, 1))
      }
    }
    func rank(_ severity: Finding.Severity) -> Int { Finding.Severity.allCases.firstIndex(of: severity) ?? 0 }
    return counts.sorted {
      (rank($0.severity), $1.count, $0.rule) < (rank($1.severity), $0.count, $1.rule)
    }
  }

  // MARK: GitHub

  /// A workflow command for each finding.
  var github: String { findings.map(Self.command).joined() }

  /// `::error file=…,line=…,col=…,title=…::message`, escaped as GitHub's toolkit does it.
  private static func command(_ finding: Finding) -> String {
    func data(_ text: String) -> String {
      text.map { ["%": "%25", "\r": "%0D", "\n": "%0A", "\r\n": "%0D%0A"][$0] ?? String($0) }.joined()
    }
    func property(_ text: String) -> String {
      data(text).map { [":": "%3A", ",": "%2C"][$0] ?? String($0) }.joined()
    }
    var properties: [(String, String)] = []
    switch finding.location {
    case .text(let place):
      properties = [("file", place.path), ("line", "\(place.line)"), ("col", "\(place.column)")]
    case .file(let path), .byte(let path, _): properties = [("file", path)]
    case .none: break
    }
    properties.append(("title", "caffold \(finding.rule)"))
    let word = finding.severity == .note ? "notice" : finding.severity.rawValue
    let list = properties.map { "\($0.0)=\(property($0.1))" }.joined(separator: ",")
    return "::\(word) \(list)::\(data(finding.message))\n"
  }

  // MARK: JSON

  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("check")),
      ("nets", .array(results.map(net))),
      (
        "statistics",
        .array(
          counts.map {
            .object([
              ("rule", .string($0.rule)), ("severity", .string($0.severity.rawValue)),
              ("count", .integer($0.count)),
            ])
          })
      ),
    ])
  }

  private func net(_ result: CheckResult) -> JSONValue {
    .object([
      ("model", .string(result.files.model)),
      ("weights", result.files.weights.map(JSONValue.string) ?? .null),
      ("findings", .array(result.findings.map(Self.json))),
      (
        "suppressed",
        .array(
          result.suppressed.map {
            .object([
              ("finding", Self.json($0.finding)), ("because", $0.because.map(JSONValue.string) ?? .null),
            ])
          })
      ),
      ("known", .integer(result.knownCount)),
    ])
  }

  /// One finding.
  static func json(_ finding: Finding) -> JSONValue {
    func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
    return .object([
      ("rule", .string(finding.rule)), ("severity", .string(finding.severity.rawValue)),
      ("place", place(finding.location)), ("layer", finding.layer.map(JSONValue.name) ?? .null),
      ("reason", .string(finding.reason)), ("remedy", text(finding.remedy)), ("help", text(finding.help)),
      ("evidence", text(finding.evidence)), ("fingerprint", .string(finding.fingerprint)),
    ])
  }

  private static func place(_ location: Diagnostic.Location) -> JSONValue {
    switch location {
    case .none: .null
    case .file(let path), .byte(let path, _):
      .object([("path", .string(path)), ("line", .null), ("column", .null)])
    case .text(let place):
      .object([
        ("path", .string(place.path)), ("line", .integer(place.line)), ("column", .integer(place.column)),
      ])
    }
  }
}
