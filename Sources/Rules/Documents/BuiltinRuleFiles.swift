import Diagnostics
import RuleModel

/// A rule file that comes with the program. The build plugin `EmbedRules` makes the list of them, so that what is read at
/// each start was prepared once.
struct EmbeddedRuleFile: Sendable {
  /// Its path under `rules/`.
  let path: String
  /// The tags of its rules; none for a file of layouts.
  let tags: [String]
  /// Whether it describes layers, which every run may ask for.
  let hasLayouts: Bool
  /// The layer types that it defines.
  let definedTypes: [String]
  /// The text with empty lines in the place of tests and documentation.
  let textToRun: String
  /// The whole text.
  let text: String
}

/// The rule files that come with the program.
package enum BuiltinRuleFiles {
  /// How much of them is wanted.
  package enum Extent: Sendable {
    /// Everything.
    case whole
    /// What runs need: no tests, no documentation.
    case toRun
    /// Of that, the files with rules that run without being selected by name, and the layouts.
    case toRunByDefault
    /// The same, and what layers of forks consist of.
    case toRunByDefaultOnForks
    /// What checks need: the rules that report, and the layouts.
    case toCheck
  }

  /// The folder of the rules that report.
  private static let checksFolder = "checks/"
  /// The folder of what other programs accept, of which a run asks for one.
  private static let targetsFolder = "targets/"

  /// The files about other programs, whole.
  package static var targets: [SourceText] {
    embeddedRuleFiles.filter { $0.path.hasPrefix(targetsFolder) }.map {
      SourceText(path: "rules/\($0.path)", bytes: Array($0.text.utf8))
    }
  }

  /// The folder of what layer types compute: read by those who run or export layers by it, and by nobody else.
  private static let definitionsFolder = "operators/"

  /// The folder of what forks' layer types compute in layers of BVLC's, with the rule that goes by it.
  private static let expansionsFolder = "expand-forks/"

  /// The files that say what layer types compute, with the types of each.
  static var definitions: [(types: Set<String>, source: @Sendable () -> SourceText)] {
    embeddedRuleFiles.filter { !$0.definedTypes.isEmpty }.map { file in
      (Set(file.definedTypes), { SourceText(path: "rules/\(file.path)", bytes: Array(file.textToRun.utf8)) })
    }
  }

  /// Every file of rules and layouts under `rules/`, by its path there.
  package static var sources: [SourceText] { sources(.whole) }

  /// The files, as far as they are wanted.
  package static func sources(_ extent: Extent) -> [SourceText] {
    var sources: [SourceText] = []
    for file in embeddedRuleFiles
    where !file.path.hasPrefix(definitionsFolder) && !file.path.hasPrefix(targetsFolder) {
      let isCheck = file.path.hasPrefix(checksFolder)
      switch extent {
      case .whole: break
      case .toRun: if isCheck { continue }
      case .toRunByDefault, .toRunByDefaultOnForks:
        if isCheck || extent == .toRunByDefault && file.path.hasPrefix(expansionsFolder) { continue }
        guard file.tags.isEmpty || file.hasLayouts || file.tags.contains(RuleSet.defaultTag) else { continue }
      case .toCheck: guard isCheck || file.hasLayouts else { continue }
      }
      let text = extent == .whole ? file.text : file.textToRun
      sources.append(SourceText(path: "rules/\(file.path)", bytes: Array(text.utf8)))
    }
    return sources
  }
}
