import Diagnostics

/// Columns of text that line up: names to the left, numbers to the right.
struct Table {
  private var rows: [[String]] = []

  /// Adds a row; all rows have the same number of cells.
  mutating func add(_ cells: String...) { rows.append(cells) }

  /// Whether there is nothing below the head.
  var isEmpty: Bool { rows.count < 2 }

  /// The lines, with a rule under the first row and, where it is a total, above the last.
  func lines(hasTotal: Bool = true) -> [String] {
    guard let first = rows.first else { return [] }
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func padded(_ row: [String]) -> String {
      row.enumerated().map { index, cell in
        let fill = String(repeating: " ", count: widths[index] - cell.count)
        return index == 0 ? cell + fill : fill + cell
      }.joined(separator: "  ")
    }
    let line = String(repeating: "-", count: widths.reduce(0, +) + 2 * (widths.count - 1))
    var lines = rows.map(padded)
    lines.insert(line, at: 1)
    if hasTotal, rows.count > 2 { lines.insert(line, at: lines.count - 1) }
    return lines
  }
}

/// Numbers as people read them.
enum Format {
  /// `27,995`.
  static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return number < 0 ? "-" + result : result
  }

  /// `1 rule`, `2 rules`.
  static func counted(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// `2.41 MB`, `27.9 kB`, `512 B`: decimal units, three digits.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB", "TB"] {
      if value < 999.5 || unit == "TB" {
        if unit == "B" { return "\(count) B" }
        return "\(decimal(value, digits: value < 10 ? 2 : value < 100 ? 1 : 0)) \(unit)"
      }
      value /= 1000
    }
    return "\(count) B"
  }

  /// `1.2e-5`: two digits, enough to judge a difference by.
  static func scientific(_ value: Double) -> String { NumberText.scientific(value) }

  /// `'a', 'b', 'c' and 4 more`.
  static func names(_ names: [some CustomStringConvertible]) -> String {
    let shown = names.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }

  /// A number with so many digits behind the point.
  static func decimal(_ value: Double, digits: Int) -> String { NumberText.decimal(value, digits: digits) }
}
