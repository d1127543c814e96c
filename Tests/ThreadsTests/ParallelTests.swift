import Testing

@testable import Threads

struct ParallelTests {
  @Test func thereAreNoMoreThreadsThanTheLimit() {
    #expect((1...Parallel.mostThreads).contains(Parallel.threadCount))
  }

  @Test(arguments: [0, 1, 2, 7, 1000], [0, Int.max])
  func everyNumberComesOnce(count: Int, work: Int) {
    let calls = UnsafeMutableBufferPointer<Int>.allocate(capacity: count)
    defer { calls.deallocate() }
    calls.initialize(repeating: 0)
    Parallel.forEach(count, work: work) { calls[$0] += 1 }
    #expect(calls.allSatisfy { $0 == 1 })
  }
}
