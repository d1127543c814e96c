import RandomTestSupport
import Testing

@testable import CaffoldKit

/// Differences of texts: applied to the first they make the second.
@Suite struct UnifiedDiffTests {
  private func lines(_ old: String, _ new: String) -> [String] {
    UnifiedDiff.lines(Array(old.utf8), Array(new.utf8), names: ("a", "b")).map {
      String(decoding: $0.bytes, as: UTF8.self)
    }
  }

  @Test func equalTextsHaveNoLines() {
    #expect(lines("a\nb\n", "a\nb\n").isEmpty)
    #expect(lines("", "").isEmpty)
  }

  @Test func hunks() {
    let old = (1...20).map { "line \($0)\n" }.joined()
    let new = old.replacing("line 3\n", with: "three\n").replacing("line 20\n", with: "line 20")
    #expect(
      lines(old, new) == [
        "--- a", "+++ b", "@@ -1,6 +1,6 @@", " line 1", " line 2", "-line 3", "+three", " line 4", " line 5",
        " line 6", "@@ -17,4 +17,4 @@", " line 17", " line 18", " line 19", "-line 20", "+line 20",
        "\\ No newline at end of file",
      ])
    #expect(lines("", "x\n") == ["--- a", "+++ b", "@@ -0,0 +1 @@", "+x"])
    #expect(lines("x\n", "") == ["--- a", "+++ b", "@@ -1 +0,0 @@", "-x"])
  }

  @Test func longGapsAreNotCompared() {
    // The lines between the first and the last occur several times and hold nothing together.
    func text(_ count: Int, _ end: String) -> String {
      end + (0..<count - 2).map { "line \($0 % 3)\n" }.joined() + end
    }
    let half = UnifiedDiff.mostCompared / 2
    func changed(_ count: Int) -> Int {
      let lines = lines(text(count, "old\n"), text(count, "new\n"))
      return lines.dropFirst(2).count { $0.hasPrefix("-") || $0.hasPrefix("+") }
    }
    #expect(changed(half) == 4)
    #expect(changed(half + 1) == 2 * (half + 1))
  }

  /// Random texts of few different lines, which repeat a lot, and of many.
  @Test(arguments: [2, 5, 1000])
  func appliedTheyMakeTheSecondText(variety: Int) throws {
    var random = SplitMix(seed: UInt64(variety))
    for _ in 0..<300 {
      var old = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        "l\(Int.random(in: 0..<variety, using: &random))\n"
      }
      var new = old
      for _ in 0..<Int.random(in: 0..<6, using: &random) {
        let place = Int.random(in: 0..<new.count + 1, using: &random)
        if Int.random(in: 0..<2, using: &random) == 0 || place == new.count {
          new.insert("l\(Int.random(in: 0..<variety, using: &random))\n", at: place)
        } else {
          new.remove(at: place)
        }
      }
      if Int.random(in: 0..<4, using: &random) == 0, let last = old.popLast() {
        old.append(String(last.dropLast()))
      }
      if Int.random(in: 0..<4, using: &random) == 0, let last = new.popLast() {
        new.append(String(last.dropLast()))
      }
      let diff = lines(old.joined(), new.joined())
      #expect(try apply(diff, to: old) == new)
    }
  }

  /// What `patch` does.
  private func apply(_ diff: [String], to old: [String]) throws -> [String] {
    var result: [String] = []
    var next = 0
    var sign: Character?
    for line in diff.dropFirst(2) {
      switch line.first {
      case "@":
        let range = line.split(separator: " ")[1].dropFirst().split(separator: ",").map { Int($0)! }
        let start = range.count == 2 && range[1] == 0 ? range[0] : range[0] - 1
        #expect(start >= next)
        result += old[next..<start]
        next = start
      case "\\":
        // About the line before, which is one of the first text alone where it is removed.
        if sign != "-", let last = result.popLast() { result.append(String(last.dropLast())) }
      case "+": result.append(line.dropFirst() + "\n")
      default:
        #expect(old[next].hasPrefix(line.dropFirst()))
        if line.first == " " { result.append(line.dropFirst() + "\n") }
        next += 1
      }
      sign = line.first
    }
    return result + old[next...]
  }
}
