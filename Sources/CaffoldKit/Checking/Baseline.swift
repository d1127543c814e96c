import CaffeIO
import Diagnostics
import JSON

/// Findings that were there when somebody began to look, and are not told again: by file, the fingerprint of each and how often it
/// may occur.
public struct Baseline: Sendable, Equatable {
  /// The version of the format.
  static let version = 1

  /// What is known, by file.
  private var known: [String: [String: Entry]] = [:]

  private struct Entry: Sendable, Equatable {
    var rule: String
    var count: Int
  }

  /// Nothing is known.
  public init() {}

  /// Takes note of findings.
  public mutating func add(_ findings: [Finding], of model: String) {
    for finding in findings {
      known[model, default: [:]][
        finding.fingerprint, default: Entry(rule: finding.rule, count: 0)
      ].count += 1
    }
  }

  /// The findings of a file that are not known.
  public func new(among findings: [Finding], of model: String) -> [Finding] {
    var left = known[model] ?? [:]
    return findings.filter { finding in
      guard let count = left[finding.fingerprint]?.count, count > 0 else { return true }
      left[finding.fingerprint]?.count -= 1
      return false
    }
  }

  // MARK: - Files

  /// The text of a baseline file.
  var text: String {
    JSONValue.object([
      ("baseline", .integer(Self.version)),
      (
        "files",
        .array(
          known.sorted { $0.key < $1.key }.map { model, entries in
            .object([
              ("model", .string(model)),
              (
                "findings",
                .array(
                  entries.sorted { ($0.value.rule, $0.key) < ($1.value.rule, $1.key) }.map {
                    fingerprint, entry in
                    .object([
                      ("rule", .string(entry.rule)), ("fingerprint", .string(fingerprint)),
                      ("count", .integer(entry.count)),
                    ])
                  })
              ),
            ])
          })
      ),
    ]).text(width: 110)
  }

  /// Reads a baseline file.
  ///
  /// - Throws: `DiagnosticError` for a file that cannot be read or is none.
  public init(path: String) throws {
    let source = SourceText(path: path, bytes: try Files.read(path, limit: FileLimits.settings))
    let root = try JSONParser.parse(source).object(for: "baseline", keys: ["baseline", "files"])
    let version = try root.required("baseline")
    guard try version.integer(for: "baseline") == Self.version else {
      throw version.expected("\(Self.version)", for: "baseline")
    }
    for file in try root.required("files").array(for: "files") {
      let file = try file.object(for: "files", keys: ["model", "findings"])
      let model = try file.required("model").string(for: "model")
      for finding in try file.required("findings").array(for: "findings") {
        let finding = try finding.object(for: "findings", keys: ["rule", "fingerprint", "count"])
        known[model, default: [:]][try finding.required("fingerprint").string(for: "fingerprint")] = Entry(
          rule: try finding.required("rule").string(for: "rule"),
          count: try finding.required("count").count(for: "count"))
      }
    }
  }

  /// Writes a baseline file.
  ///
  /// - Throws: `DiagnosticError` for a file that cannot be written.
  public func write(to path: String) throws {
    try AtomicFile(path: path, holding: Array(text.utf8)).publish()
  }
}
