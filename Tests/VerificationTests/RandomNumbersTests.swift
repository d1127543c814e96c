import Testing

@testable import Verification

struct RandomNumbersTests {
  @Test("Passing over numbers is drawing them", arguments: [0, 1, 7, 1000])
  func skipping(count: Int) {
    var drawn = RandomNumbers(seed: 5)
    for _ in 0..<count { _ = drawn.normal() }
    var skipped = RandomNumbers(seed: 5)
    skipped.skip(normals: count)
    #expect(skipped.normal() == drawn.normal())
  }
}
