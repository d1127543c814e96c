import CaffoldKit
import Diagnostics

/// Columns of text that line up: names to the left, numbers to the right.
struct Table {
  private var rows: [[String]] = []
  /// The columns that hold names.
  private let left: Set<Int>

  /// An empty table; `left` are the columns whose cells begin at one place, the others' end at one.
  init(left: Set<Int> = [0]) { self.left = left }

  /// Adds a row; all rows have the same number of cells.
  mutating func add(_ cells: String...) { rows.append(cells) }

  /// Adds a row; all rows have the same number of cells.
  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// Whether there is nothing below the head.
  var isEmpty: Bool { rows.count < 2 }

  /// The lines, with a rule under the first row and, where it is a total, above the last.
  ///
  /// - Parameters:
  ///   - width: how many columns of the terminal a line may take; nil for as many as it takes.
  ///   - shortening: the columns whose cells are shortened in their middle, where the width asks for it, in this order.
  func lines(hasTotal: Bool = true, width: Int? = nil, shortening: [Int] = []) -> [String] {
    guard let first = rows.first else { return [] }
    var widths = first.indices.map { column in rows.map { TextWidth.of($0[column]) }.max() ?? 0 }
    func lineWidth() -> Int { widths.reduce(0, +) + 2 * (widths.count - 1) }
    for column in shortening {
      guard let width, lineWidth() > width else { break }
      widths[column] = max(min(Self.leastWidth, widths[column]), widths[column] - (lineWidth() - width))
    }
    func padded(_ row: [String]) -> String {
      let cells = row.enumerated().map { index, cell in
        let cell = TextWidth.shortened(cell, to: widths[index])
        let fill = String(repeating: " ", count: widths[index] - TextWidth.of(cell))
        return left.contains(index) ? cell + fill : fill + cell
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    let line = String(repeating: "-", count: lineWidth())
    var lines = rows.map(padded)
    lines.insert(line, at: 1)
    if hasTotal, rows.count > 2 { lines.insert(line, at: lines.count - 1) }
    return lines
  }

  private static let leastWidth = 12
}
