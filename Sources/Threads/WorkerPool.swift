import Glibc
import Synchronization

/// Threads that are kept for the next work: beginning one takes longer than a small layer of a net.
///
/// One piece of work is done at a time; a thread without work looks for some a little while and then sleeps.
final class WorkerPool: Sendable {
  /// As many as there are cores beside the caller's.
  static let shared = WorkerPool(Parallel.threadCount - 1)

  /// How often a thread lets others run before it sleeps: some 30 µs, the time between two layers.
  private static let patience = 64

  private let isTaken = Atomic<Bool>(false)
  private let generation = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private nonisolated(unsafe) let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// What there is to do; `mutex` guards it.
  private nonisolated(unsafe) var work: SharedWork?

  private init(_ count: Int) {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    // With no thread to be had, the caller does the work. They end with the process.
    for _ in 0..<count { _ = WorkerThread { [unowned self] in serve() } }
  }

  /// Does a piece of work, with helpers where they come in time.
  ///
  /// - Returns: false if other work is being done, such as that which calls this.
  func run(_ work: SharedWork) -> Bool {
    guard isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      return false
    }
    defer { isTaken.store(false, ordering: .releasing) }
    pthread_mutex_lock(mutex)
    self.work = work
    generation.wrappingAdd(1, ordering: .releasing)
    if sleepers.load(ordering: .relaxed) > 0 { pthread_cond_broadcast(condition) }
    pthread_mutex_unlock(mutex)
    work.help()
    work.close()
    pthread_mutex_lock(mutex)
    self.work = nil
    pthread_mutex_unlock(mutex)
    return true
  }

  private func serve() {
    var seen = 0
    while true {
      var attempts = 0
      while generation.load(ordering: .acquiring) == seen, attempts < Self.patience {
        sched_yield()
        attempts += 1
      }
      pthread_mutex_lock(mutex)
      while generation.load(ordering: .relaxed) == seen {
        sleepers.wrappingAdd(1, ordering: .relaxed)
        pthread_cond_wait(condition, mutex)
        sleepers.wrappingSubtract(1, ordering: .relaxed)
      }
      seen = generation.load(ordering: .relaxed)
      let work = work
      pthread_mutex_unlock(mutex)
      if let work, work.enter() {
        work.help()
        work.leave()
      }
    }
  }
}

/// Calls of a function with the numbers from 0, which several threads share.
final class SharedWork: Sendable {
  private let count: Int
  /// Given up when the work is done: a thread that comes too late may still hold the rest.
  private nonisolated(unsafe) var body: (@Sendable (Int) -> Void)?
  private let mostHelpers: Int
  private let next = Atomic<Int>(0)
  private let helpers = Atomic<Int>(0)
  /// Beyond any number of helpers: none may enter any more.
  private static let closed = 1 << 32

  /// - Parameter mostHelpers: how many threads may take part beside the caller's.
  init(_ count: Int, mostHelpers: Int, _ body: @escaping @Sendable (Int) -> Void) {
    self.count = count
    self.mostHelpers = mostHelpers
    self.body = body
  }

  /// Makes calls until there are none left.
  func help() {
    guard let body else { return }
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index)
    }
  }

  /// Whether a helper may take part; it has to leave then.
  func enter() -> Bool {
    let before = helpers.wrappingAdd(1, ordering: .acquiring).oldValue
    if before < mostHelpers { return true }
    leave()
    return false
  }

  func leave() { helpers.wrappingSubtract(1, ordering: .releasing) }

  /// Lets nobody in any more, and waits for those who are.
  func close() {
    helpers.wrappingAdd(Self.closed, ordering: .acquiringAndReleasing)
    while helpers.load(ordering: .acquiring) != Self.closed { sched_yield() }
    body = nil
  }
}
