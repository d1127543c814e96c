import Diagnostics
import Testing

@testable import CaffeIO

@Suite struct NameNumbersTests {
  @Test func numbersComeInOrderAndStay() {
    var names = NameNumbers()
    #expect(names.number(of: "conv1") == 0)
    #expect(names.number(of: "") == 1)
    #expect(names.number(of: "conv1_a_name_of_more_than_fifteen_bytes") == 2)
    #expect(names.number(of: "conv1") == 0)
    #expect(names.number(of: "") == 1)
    #expect(names.count == 3)
  }

  @Test(arguments: [0, 100_000]) func manyNamesAreToldApart(capacity: Int) {
    var names = NameNumbers(minimumCapacity: capacity)
    var known: [String: Int] = [:]
    // Lengths on both sides of the words that are hashed at once; each name comes twice.
    for index in 0..<60_000 {
      let name = String(repeating: "x", count: index % 19) + String(index % 30_000)
      let number = known[name] ?? known.count
      known[name] = number
      #expect(names.number(of: Name(name)) == number)
    }
    #expect(names.count == known.count)
  }

  @Test func runsThatAreCutElsewhereHashDifferently() {
    func hash(_ runs: [String]) -> UInt64 {
      var hash = NameHash(seed: 1)
      for run in runs { Array(run.utf8).withUnsafeBytes { hash.add($0) } }
      return hash.value
    }
    #expect(hash(["ab", "c"]) == hash(["ab", "c"]))
    #expect(hash(["ab", "c"]) != hash(["a", "bc"]))
    #expect(hash(["abc"]) != hash(["abc", ""]))
    #expect(hash(["abcdefgh"]) != hash(["abcdefgh\0"]))
  }
}
