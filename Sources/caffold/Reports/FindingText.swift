import CaffoldKit
import Diagnostics

/// One finding as people read it, in lines of 80 columns where its words allow that:
///
///     net.prototxt:12:5: error: 'convolution_param' has no field 'kernal_size'
///       [misspelt-field]
///           kernal_size: 3
///           ^
///       remedy: did you mean 'kernel_size'?
struct FindingText {
  private let finding: Finding

  init(_ finding: Finding) { self.finding = finding }

  /// How many columns a line takes.
  static let width = 80

  /// The lines, without ends.
  var lines: [String] {
    let place =
      switch finding.location {
      case .none: ""
      case .file(let path): "\(path): "
      case .byte(let path, let offset): "\(path): byte \(offset): "
      case .text(let place): "\(place.description): "
      }
    var lines = Self.wrapped("\(place)\(finding.severity.rawValue): \(finding.reason) [\(finding.rule)]")
    if let place = finding.place { lines.append(place.excerpt(window: Self.width - 6)) }
    if let remedy = finding.remedy { lines += Self.wrapped("remedy: \(remedy)", indent: 2) }
    if let evidence = finding.evidence { lines += Self.wrapped("source: \(evidence)", indent: 2) }
    if let help = finding.help { lines.append("  help: \(help)") }
    return lines
  }

  /// A text in lines of at most 80 columns, broken at spaces; all but the first begin two columns further in.
  static func wrapped(_ text: String, indent: Int = 0) -> [String] {
    let first = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !isEmpty, TextWidth.of(line) + 1 + TextWidth.of(String(word)) > width {
        lines.append(line)
        line = first + "  "
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }
}
