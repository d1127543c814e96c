import Diagnostics
import RuleModel
import YAML

/// What the author of a rule file should know and what stops nothing, gathered while the file is checked.
final class RuleNotes {
  /// How many notes of a file are kept.
  static let limit = 100

  private(set) var found: [Diagnostic] = []
  private var pending: [ExpressionError] = []
  private var told: Set<String> = []

  /// Takes note of a remark about the expression that is being checked.
  func add(_ remark: ExpressionError) { pending.append(remark) }

  /// Takes note of a type that no layer may have; the same one is told once for a file.
  func add(unknownType type: RuleText, near: String) {
    let sentence = Self.unknownType(type.text, near: near)
    guard found.count < Self.limit, told.insert(sentence).inserted else { return }
    found.append(Diagnostic(.note, at: .text(type.node.place), sentence))
  }

  /// Gives the remarks their places in the text that they are about; the same thing is told once for a file.
  func locate(in node: YAMLNode) {
    for remark in pending where found.count < Self.limit && told.insert(remark.sentence).inserted {
      var diagnostic = remark.located(in: node).diagnostic
      diagnostic.severity = .note
      found.append(diagnostic)
    }
    pending = []
  }
}
