import Locks

/// A value that is made beside other work, on a thread of its own.
///
/// Where the process may use only one core, or where no thread is to be had, the value is made when it is asked for. A value that
/// nobody asks for is waited for before its memory is freed.
package final class Future<Value: Sendable>: Sendable {
  /// What the thread has made.
  private final class Slot: Sendable {
    let result = Guarded<Result<Value, any Error>?>(nil)
  }

  private let make: @Sendable () throws -> Value
  private let slot = Slot()
  private let thread: Guarded<WorkerThread?>

  /// Begins to make the value.
  package init(_ make: @escaping @Sendable () throws -> Value) {
    self.make = make
    let slot = slot
    thread = Guarded(
      Parallel.threadCount < 2
        ? nil
        : WorkerThread {
          let result = Result { try make() }
          slot.result.withLock { $0 = result }
        })
  }

  deinit { join() }

  private func join() {
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }

  /// Waits for the value.
  ///
  /// - Throws: what making it throws.
  package func get() throws -> Value {
    join()
    let made = slot.result.withLock { result in
      let made = result ?? Result { try make() }
      result = made
      return made
    }
    return try made.get()
  }
}
