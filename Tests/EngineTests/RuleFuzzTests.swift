import Diagnostics
import Engine
import RuleModel
import Rules
import Testing
import Verification

/// Built-in rule files with random damage: whatever comes of them, it is rules or messages, never a trap.
@Suite struct RuleFuzzTests {
  /// SplitMix64: the same damage in every run.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// What rule files and expressions are made of, and numbers at the edges of their ranges.
  private static let tokens = [
    "{", "}", "[", "]", "(", ")", ": ", "- ", ", ", "'", "\"", "|", "&a ", "*a", "!!str ", "\n", "\t", "#",
    "$x", "null",
    "true", "~", "-1", "0", "1e308", "1e999", "9223372036854775807", "-9223372036854775808",
    "18446744073709551616",
    "0.5", "*", "**", "/", "%", "==", "not ", " and ", " in ", "conv", "bn", "layer", ".blobs[0]", ".shape",
    "[-1]",
    ".tops[0]", "attr(bn, 'a.b', 1)", "has(bn, '')", "affine(bn).scale", "zeros([2, 3])", "where(",
    "reshape(",
    "bottom: ", "any_order: ", "one_of: ", "replace: ", "with: ", "remove: ", "kernel: ", "set: ", "to: ",
    "é", "\u{0}",
    "\u{FEFF}", "\u{1F600}",
  ].map { Array($0.utf8) }

  private static func damaged(_ files: [[UInt8]], _ random: inout Generator) -> [UInt8] {
    var bytes = files.randomElement(using: &random)!
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let start = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, start + Int.random(in: 0...12, using: &random))
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.insert(contentsOf: tokens.randomElement(using: &random)!, at: start)
      case 2: bytes.replaceSubrange(start..<end, with: tokens.randomElement(using: &random)!)
      case 3:
        bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...bytes.count, using: &random))
      case 4: if start < bytes.count { bytes[start] = UInt8.random(in: 0...255, using: &random) }
      case 5: bytes.removeSubrange(start...)
      default:
        // A word for another of the same file: names and keys at wrong places.
        let words = bytes.split { !($0 >= 0x61 && $0 <= 0x7A || $0 == 0x5F || $0 == 0x2D) }
        guard let old = words.randomElement(using: &random), let new = words.randomElement(using: &random)
        else { continue }
        bytes.replaceSubrange(old.startIndex..<old.endIndex, with: Array(new))
      }
    }
    return bytes
  }

  @Test(arguments: 0..<8)
  func damagedRuleFilesGiveRulesOrMessages(part: Int) throws {
    var random = Generator(state: UInt64(part))
    let files = BuiltinRuleFiles.sources.map(\.bytes)
    let builtin = try BuiltinRules.load().layouts
    var refused = 0
    for round in 0..<500 {
      let bytes = Self.damaged(files, &random)
      let (file, errors) = RuleFile.check(
        SourceText(path: "fuzz.yaml", bytes: bytes), kernels: KernelRegistry.signatures,
        reasons: Refusal.Reason.codes)
      for error in errors {
        let diagnostic = error.diagnostic
        #expect(!diagnostic.sentence.isEmpty)
        guard case .text = diagnostic.location else {
          Issue.record("no place in part \(part), round \(round): \(diagnostic.text)")
          return
        }
      }
      if !errors.isEmpty { refused += 1 }
      for rule in file.rules { _ = RuleDescription(rule, kernels: KernelRegistry.signatures).text }
      // What is still a rule must run too, on the nets of its own tests.
      if let set = try? RuleSet(file.rules, layouts: builtin + file.layouts) {
        _ = RuleTestReport(running: set.rules, layouts: set.layouts).errors
      }
    }
    // Damage that the check never notices, or always, would test one side only.
    #expect(refused > 50 && refused < 450)
  }
}
