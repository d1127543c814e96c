#if SANITIZE_THREADS
  import Glibc

  /// A value that one thread uses at a time.
  ///
  /// ThreadSanitizer sees POSIX locks. It does not see how a thread waits for a `Mutex` of the standard library, and so reports
  /// races that do not exist.
  package final class Guarded<Value>: @unchecked Sendable {
    private nonisolated(unsafe) var value: Value
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    package init(_ value: consuming sending Value) {
      self.value = value
      pthread_mutex_init(mutex, nil)
    }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
    }

    package func withLock<Result: ~Copyable, Failure: Error>(
      _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      return try body(&value)
    }
  }
#else
  import Synchronization

  /// A value that one thread uses at a time.
  package typealias Guarded<Value> = Mutex<Value>
#endif
