/// A place in a text: where a message points.
public struct SourcePlace: Sendable, Equatable {
  /// The path as the user wrote it.
  public var path: String
  /// The line, from 1.
  public var line: Int
  /// The column, from 1, in Unicode scalars.
  public var column: Int
  /// The text of the line, without its end, to be shown with a caret under it; of a long line the part around the column.
  public var lineText: String
  /// How many columns of the line stand before `lineText`.
  public var hiddenColumns: Int

  /// Makes a place from its parts.
  public init(path: String, line: Int, column: Int, lineText: String, hiddenColumns: Int = 0) {
    self.path = path
    self.line = line
    self.column = column
    self.lineText = lineText
    self.hiddenColumns = hiddenColumns
  }

  /// `path:line:column`, the form editors jump to.
  public var description: String { "\(path):\(line):\(column)" }

  /// The line and a caret under the column, two lines; a long line is cut to a window around the caret.
  public var excerpt: String { excerpt(window: 100) }

  /// The same with a window of so many columns.
  public func excerpt(window: Int) -> String {
    let scalars = Array(lineText.unicodeScalars)
    let caret = min(column - 1 - hiddenColumns, scalars.count)
    let start = caret < window ? 0 : caret - window / 2
    let end = min(scalars.count, start + window)
    func text(_ range: Range<Int>) -> String {
      var view = String.UnicodeScalarView()
      // A tab must stay a tab under the caret line too; other controls would disturb the terminal.
      for scalar in scalars[range] {
        view.append(scalar.value < 0x20 && scalar != "\t" ? "\u{FFFD}" : scalar)
      }
      return String(view)
    }
    let shown = text(start..<end)
    let indent = String(text(start..<caret).map { $0 == "\t" ? "\t" : " " })
    let before = start > 0 ? "…" : ""
    let after = end < scalars.count ? "…" : ""
    return "  \(before)\(shown)\(after)\n  \(start > 0 ? " " : "")\(indent)^"
  }
}
