/// `Documentation/Limits.md`: the limits of the code and what is said beyond them.
enum LimitsPage {
  static let sections: [(title: String, text: String, limits: [Limit])] = [
    (
      "Files", "A length that a file declares is held against the bytes that are there.",
      fileLimits
    ),
    ("Net definitions and schemas", "", textLimits),
    ("Weights", "A count in a file is no reason to take memory: what follows it is.", weightLimits),
    (
      "Shapes", "Every shape passes one of these, whoever gives it: a file, a flag, a rule, a layer.",
      shapeLimits
    ),
    (
      "Rule files",
      "All files that are written in YAML: rule files, project files. Aliases are counted expanded.",
      ruleFileLimits
    ),
    ("Expressions", "What the expressions of a rule may use for one match.", expressionLimits),
    ("Matching and rewriting", "", planningLimits),
    (
      "ONNX models and operators", "`export`, and the operators that definitions of layers are made of.",
      onnxLimits
    ),
    ("Running nets", "`verify`, `run`, `compare`, `fold --verify`.", runLimits),
    ("Checking and proving rules", "", provingLimits),
  ]

  static let intro = """
    # Limits

    Model files come from strangers. A small file can claim large sizes, so every size that a file, an option or a rule gives is
    held against a limit before memory is taken or a number is multiplied. Beyond a limit there is an error with exit status 2,
    unless a row says otherwise. No limit is near what real nets need.

    Values and messages on this page are those of the code: `make reference` writes the page, and a test compares it and goes up to
    each limit and beyond. Where an option can change a limit, the row names it.

    """

  /// The whole page.
  static var text: String {
    var page = intro
    for section in sections {
      page += "\n## \(section.title)\n\n"
      if !section.text.isEmpty { page += section.text + "\n\n" }
      page += "| what | at most | set by | beyond it |\n|---|---|---|---|\n"
      for limit in section.limits { page += row(limit) }
    }
    return page
  }

  private static func row(_ limit: Limit) -> String {
    let option = limit.option.map { ", `\($0)`" } ?? ""
    return
      "| \(limit.what) | \(value(limit)) | [`\(limit.constant)`](../Sources/\(limit.file))\(option) | \(beyond(limit)) |\n"
  }

  private static func beyond(_ limit: Limit) -> String {
    switch limit.beyond {
    case .outcome(let outcome, _): return outcome
    case .error(let tried, _, let attempt):
      let words = Limit.words { try attempt(tried + 1, tried) } ?? "nothing is said"
      return "`\(real(words, limit.value, tried).replacing("|", with: "\\|"))`"
    }
  }

  /// A message with the real limit in the place of the one that was tried.
  private static func real(_ words: String, _ value: Int, _ tried: Int) -> String {
    guard tried != value else { return words }
    return words.split(separator: " ", omittingEmptySubsequences: false).map { word in
      switch word.prefix(while: \.isNumber) {
      case "\(tried)": "\(value)" + word.drop(while: \.isNumber)
      case "\(tried + 1)": "\(value + 1)" + word.drop(while: \.isNumber)
      default: String(word)
      }
    }.joined(separator: " ")
  }

  private static func value(_ limit: Limit) -> String {
    let value = limit.value
    guard limit.unit == .bytes else { return grouped(value) }
    for (size, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] where value % size == 0 {
      return "\(value / size) \(name)"
    }
    return "\(grouped(value)) bytes"
  }

  /// `1,000,000`.
  private static func grouped(_ number: Int) -> String {
    var text = ""
    for (place, digit) in String(number).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text = "," + text }
      text = "\(digit)" + text
    }
    return text
  }
}
