import Glibc
import Locks

/// Work on all cores.
package enum Parallel {
  /// The most threads: more of them no longer shorten the work of a net.
  static let mostThreads = 64

  /// As many threads as the process may use cores, and no more than ``mostThreads``.
  package static let threadCount = max(
    1, min(mostThreads, Cores.allowed?.count ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// Below this many elementary operations a thread costs more than it saves.
  package static let smallestShare = 1 << 15

  /// Calls `body` once with each number from 0 below `count`, on several threads when `work`, the number of
  /// elementary operations of all calls, is worth it, and no other call of this function is going on.
  ///
  /// The calls run at the same time: each may write only to memory that is its own by its number. `body` must
  /// not throw and does not escape.
  package static func forEach(_ count: Int, work: Int, _ body: (Int) -> Void) {
    let threads = min(threadCount, count, max(1, work / smallestShare))
    if threads > 1 {
      let isDone = withoutActuallyEscaping(body) { body in
        // The threads call `body` with different numbers, for which the caller vouches.
        nonisolated(unsafe) let body = body
        return WorkerPool.shared.run(SharedWork(count, mostHelpers: threads - 1) { body($0) })
      }
      if isDone { return }
    }
    for index in 0..<count { body(index) }
  }

  /// As ``forEach(_:work:_:)``, for a `body` that may throw: every call is made all the same.
  ///
  /// - Throws: the error of the call that failed; that of the one with the lowest number where there are several.
  package static func tryForEach(_ count: Int, work: Int, _ body: (Int) throws -> Void) throws {
    let failure = Guarded<(index: Int, error: any Error)?>(nil)
    forEach(count, work: work) { index in
      do {
        try body(index)
      } catch {
        failure.withLock { first in
          if index < first?.index ?? .max { first = (index, error) }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
  }
}
