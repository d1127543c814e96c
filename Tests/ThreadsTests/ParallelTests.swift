import Synchronization
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

  private struct Failure: Error, Equatable { let index: Int }

  @Test(arguments: [0, Int.max]) func theErrorOfACallIsThrown(work: Int) throws {
    let calls = Atomic(0)
    #expect(throws: Failure(index: 7)) {
      try Parallel.tryForEach(100, work: work) { index in
        calls.wrappingAdd(1, ordering: .relaxed)
        if index >= 7 { throw Failure(index: index) }
      }
    }
    #expect(calls.load(ordering: .relaxed) == 100)
    try Parallel.tryForEach(100, work: work) { _ in }
  }
}
