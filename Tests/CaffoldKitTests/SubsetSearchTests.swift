import Diagnostics
import RandomTestSupport
import Testing

@testable import CaffoldKit

/// Delta debugging: what is left is minimal, and found in few tests.
@Suite struct SubsetSearchTests {
  /// What is left of 0 ..< count where `cause` says whether a subset still shows the failure, and how many tests that took.
  private func search(
    _ count: Int, leastCount: Int = 0, leastRun: Int = 1, cause: (Set<Int>) -> Bool
  ) -> (left: [Int], tests: Int) {
    var tests = 0
    let left = SubsetSearch.minimal(Array(0..<count), leastCount: leastCount, leastRun: leastRun) { items in
      tests += 1
      #expect(items == items.sorted())
      return cause(Set(items))
    }
    return (left, tests)
  }

  @Test func oneCauseAmongManyTakesLogarithmicallyManyTests() {
    for cause in [0, 1, 499, 500, 731, 999] {
      let found = search(1000) { $0.contains(cause) }
      #expect(found.left == [cause])
      #expect(found.tests <= 30)
    }
  }

  @Test func nothingIsLeftOfWhatIsNotNeeded() {
    #expect(search(100) { _ in true }.left.isEmpty)
    #expect(search(100, leastCount: 1) { _ in true }.left.count == 1)
    #expect(search(0) { _ in true }.tests == 0)
  }

  @Test func allIsLeftOfWhatIsNeeded() {
    let found = search(64) { $0.count == 64 }
    #expect(found.left.count == 64)
    #expect(found.tests <= 128)
  }

  @Test func whatIsLeftIsMinimalForAnyCause() {
    var random = SplitMix(seed: 5)
    for _ in 0..<300 {
      let count = Int.random(in: 1...40, using: &random)
      // Holds where all of one of some sets are there: the larger the subset, the more it holds.
      let causes = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        Set(
          (0..<Int.random(in: 1...5, using: &random)).map { _ in Int.random(in: 0..<count, using: &random) })
      }
      func holds(_ items: Set<Int>) -> Bool { causes.contains { $0.isSubset(of: items) } }
      let left = search(count, cause: holds).left
      #expect(holds(Set(left)))
      for item in left { #expect(!holds(Set(left).subtracting([item]))) }
    }
  }

  @Test func largeRunsOnly() {
    let found = search(64, leastRun: 8) { $0.contains(20) }
    #expect(found.left.count <= 8)
    #expect(found.left.contains(20))
  }

  @Test func theSearchEndsWhereTheTestSaysSo() {
    var tests = 0
    let left = SubsetSearch.minimal(Array(0..<100)) { items in
      tests += 1
      return tests > 3 ? nil : items.contains(7)
    }
    #expect(tests == 4)
    #expect(left.contains(7))
  }
}

/// The shapes that are tried.
@Suite struct ShapeSearchTests {
  /// The smallest shapes for which `fails` holds, in the order in which they are tried.
  private func search(
    _ shapes: [[Int]], changesBatchAlone: Bool = false, fails: ([[Int]]) -> Bool
  ) -> (smallest: [[Int]], tests: Int) {
    var search = ShapeSearch(
      shapes: shapes.enumerated().map { (Name("\($0)"), $1) }, changesBatchAlone: changesBatchAlone)
    var smallest = shapes
    var tests = 0
    while let wanted = search.next() {
      tests += 1
      let tried = wanted.map(\.shape)
      let isTaken = fails(tried)
      search.note(isTaken)
      if isTaken { smallest = tried }
    }
    return (smallest, tests)
  }

  @Test func everySizeThatDoesNotMatterIsOne() {
    let found = search([[4, 3, 224, 224], [4, 10]]) { _ in true }
    #expect(found.smallest == [[1, 1, 1, 1], [1, 1]])
    #expect(found.tests <= 5)
  }

  @Test func sizesThatMatterAreHalvedAsFarAsTheyGo() {
    let found = search([[8, 3, 224, 224]]) { $0[0][1] == 3 && $0[0][2] >= 20 }
    #expect(found.smallest == [[1, 3, 28, 1]])
  }

  @Test func inputsThatBelongTogetherShrinkTogether() {
    let found = search([[1, 8, 56, 56], [1, 8, 112, 112]]) {
      $0[0][1] == $0[1][1] && $0[0][2] * 2 == $0[1][2] && $0[0][3] * 2 == $0[1][3]
    }
    #expect(found.smallest == [[1, 1, 7, 7], [1, 1, 14, 14]])
  }

  @Test func theBatchAlone() {
    #expect(search([[4, 3, 9, 9]], changesBatchAlone: true) { _ in true }.smallest == [[1, 3, 9, 9]])
  }

  @Test func whatCannotBeSmallerStays() {
    let found = search([[1, 3, 9, 9]]) { _ in false }
    #expect(found.smallest == [[1, 3, 9, 9]])
    #expect(found.tests < 20)
  }
}
