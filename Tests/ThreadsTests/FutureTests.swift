import Locks
import Testing

@testable import Threads

struct FutureTests {
  private struct Failure: Error {}

  @Test func makesItsValueOnce() throws {
    let calls = Guarded(0)
    let future = Future {
      calls.withLock { $0 += 1 }
      return 7
    }
    #expect(try future.get() == 7)
    #expect(try future.get() == 7)
    #expect(calls.withLock { $0 } == 1)
  }

  @Test func throwsWhatMakingTheValueThrows() {
    let future = Future<Int> { throw Failure() }
    #expect(throws: Failure.self) { try future.get() }
    #expect(throws: Failure.self) { try future.get() }
  }

  @Test(.enabled(if: Parallel.threadCount > 1)) func endsBeforeItIsFreed() {
    let calls = Guarded(0)
    for _ in 0..<100 {
      _ = Future { calls.withLock { $0 += 1 } }
    }
    #expect(calls.withLock { $0 } == 100)
  }
}
