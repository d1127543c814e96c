import Testing

@testable import Engine

/// The estimate that the kernel `equalize` goes by, against sums worked out by hand.
@Suite struct EightBitErrorTests {
  /// Two channels that one output reads with weights of 0.5 and 1; three weights make each of them.
  private static let error = EightBitError(
    made: [.init(largest: 2, squares: 4), .init(largest: 1, squares: 3)], madeCount: 3, read: [0.5, 1],
    energies: [0.25, 1], groups: [0], width: 2, readCount: 1)

  @Test func itIsTheErrorOverWhatItIsAnErrorOf() {
    // Both channels have the power (4 + 3)/2: (3·2² + 16·3.5)·(0.25 + 1) + 1·1²·7, over (0.25 + 1)·3.5.
    #expect((Self.error.estimate([1, 1]) - 92 / 4.375).magnitude < 1e-12)
    // Divided by 2 and 1, of the powers 0.875 and 3.5: (3·1² + 16·3.5)·(1 + 1) + 1·1²·4.375, over 0.875 + 3.5.
    #expect((Self.error.estimate([2, 1]) - 122.375 / 4.375).magnitude < 1e-12)
  }

  @Test func largeWeightsMakeNoLargeValues() {
    // The first channel has 1,024 times the weights, and no other power than the second.
    var error = Self.error
    error.made[0].squares = 3 * 1024 * 1024
    error.made[1].squares = 3
    let power = (error.made[0].squares + error.made[1].squares) / 2
    let expected = ((12 + 16 * power) * 1.25 + 2 * power) / (1.25 * power)
    #expect((error.estimate([1, 1]) - expected).magnitude < 1e-9)
  }

  @Test func aChannelWithoutWeightsHasNoPower() {
    var error = Self.error
    error.made[0] = .init()
    // (3·1² + 16·3)·(0.25 + 1) + 1·1²·3, over 1·3.
    #expect((error.estimate([1, 1]) - 66.75 / 3).magnitude < 1e-12)
  }

  @Test func aFactorInCommonChangesNothing() {
    #expect(Self.error.estimate([8, 8]) == Self.error.estimate([1, 1]))
    #expect(Self.error.gain([0.5, 0.5], over: Self.error.estimate([1, 1])) == 0)
  }

  @Test func eachGroupReadsItsOwnChannels() {
    // (3·2² + 16·3.5)·0.25 + 1·1²·3.5, over 0.25·3.5; the second output reads the second channel alone:
    // (3·2² + 16·3.5)·1 + 1·1²·3.5, over 1·3.5.
    var error = Self.error
    (error.groups, error.width) = ([0, 1], 1)
    #expect((error.estimate([1, 1]) - (20.5 / 0.875 + 71.5 / 3.5) / 2).magnitude < 1e-12)
  }

  @Test func factorsAreTakenForTheirGain() throws {
    var error = Self.error
    error.made[0] = .init(largest: 256, squares: 65536)
    let (factors, gain) = try #require(Equalize.factors(error, bias: nil))
    #expect(gain == error.gain(factors, over: error.estimate([1, 1])))
    #expect(factors[0] > factors[1])
    // A channel does not become so loud that its bias is above the largest.
    #expect(try #require(Equalize.factors(error, bias: [1, 1])).factors.allSatisfy { $0 >= 1 })
    // Ranges that are even have no factors but 1.
    error.made = [.init(largest: 2, squares: 4), .init(largest: 2, squares: 4)]
    error.read = [1, 1]
    #expect(Equalize.factors(error, bias: nil) == nil)
  }
}
