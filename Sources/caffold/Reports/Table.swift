/// Columns of text that line up: names to the left, numbers to the right.
struct Table {
  private var rows: [[String]] = []

  /// Adds a row; all rows have the same number of cells.
  mutating func add(_ cells: String...) { rows.append(cells) }

  /// The lines, with a rule under the first row and above the last.
  func lines() -> [String] {
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
    if rows.count > 2 { lines.insert(line, at: lines.count - 1) }
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

  /// A number with so many digits behind the point.
  static func decimal(_ value: Double, digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let rounded = (value * scale).rounded()
    guard rounded.magnitude < 1e15 else { return String(value) }
    let whole = Int(rounded)
    guard digits > 0 else { return String(whole) }
    var text = String(whole.magnitude)
    while text.count <= digits { text = "0" + text }
    text.insert(".", at: text.index(text.endIndex, offsetBy: -digits))
    return whole < 0 ? "-" + text : text
  }
}
