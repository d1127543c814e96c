import Glibc
import Synchronization

/// Work on all cores.
package enum Parallel {
  /// The most threads: more of them no longer shorten the work of a net.
  static let mostThreads = 64

  /// As many threads as the process may use cores, and no more than ``mostThreads``.
  package static let threadCount = max(
    1, min(mostThreads, Cores.allowed?.count ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// Below this many elementary operations a thread costs more than it saves.
  package static let smallestShare = 1 << 17

  /// Calls `body` once with each number from 0 below `count`, on several threads when `work`, the number of
  /// elementary operations of all calls, is worth it.
  ///
  /// The calls run at the same time: each may write only to memory that is its own by its number. `body` must
  /// not throw and does not escape.
  package static func forEach(_ count: Int, work: Int, _ body: (Int) -> Void) {
    let threads = min(threadCount, count, max(1, work / smallestShare))
    guard threads > 1 else {
      for index in 0..<count { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      // The threads call `body` with different numbers, for which the caller vouches.
      nonisolated(unsafe) let job = Job(count: count, body: body)
      // With no thread to be had, those that there are do the work.
      let workers = (1..<threads).compactMap { _ in WorkerThread { job.work() } }
      job.work()
      for worker in workers { worker.join() }
    }
  }

  private final class Job {
    let count: Int
    let body: (Int) -> Void
    let next = Atomic<Int>(0)

    init(count: Int, body: @escaping (Int) -> Void) {
      self.count = count
      self.body = body
    }

    func work() {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }
}
