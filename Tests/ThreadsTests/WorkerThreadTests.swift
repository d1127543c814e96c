import CAffinity
import Glibc
import Synchronization
import Testing

@testable import Threads

struct WorkerThreadTests {
  private static func allowedCores() -> [UInt8] {
    var set = cpu_set_t()
    sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set)
    return withUnsafeBytes(of: &set) { Array($0) }
  }

  @Test func runsItsWorkOnceAndMayUseEveryCoreThatItsMakerMay() throws {
    let seen = Mutex<[[UInt8]]>([])
    let thread = WorkerThread { seen.withLock { $0.append(Self.allowedCores()) } }
    try #require(thread != nil)
    thread?.join()
    #expect(seen.withLock { $0 } == [Self.allowedCores()])
  }

  @Test(.enabled(if: allowedCores().reduce(0) { $0 + $1.nonzeroBitCount } > 1)) func beginsOnAnotherCore() {
    let elsewhere = Atomic(0)
    for _ in 0..<50 {
      let maker = sched_getcpu()
      let thread = WorkerThread {
        if sched_getcpu() != maker { elsewhere.wrappingAdd(1, ordering: .relaxed) }
      }
      thread?.join()
    }
    // Now and then the system moves one of the two between the looks.
    #expect(elsewhere.load(ordering: .relaxed) > 25)
  }
}
