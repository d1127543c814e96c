import CAffinity
import Glibc

/// A thread of the operating system that begins on another core than its maker's.
///
/// The kernel's balancer may take longer to notice that another core is idle than the work takes: of 1.7 ms on each of
/// two threads, 2.5 ms without this and 1.8 ms with it. Once it runs, the thread may go wherever the process may.
/// Signals that end a run are left to the main thread, which may be holding them back.
package struct WorkerThread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    let cores: Cores?

    init(_ body: @escaping @Sendable () -> Void, _ cores: Cores?) {
      self.body = body
      self.cores = cores
    }
  }

  private var thread = pthread_t()

  /// Begins with `body`; nil where no thread is to be had, and `body` is not called then.
  package init?(_ body: @escaping @Sendable () -> Void) {
    let cores = Cores.allowed
    let work = Unmanaged.passRetained(Work(body, cores))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    cores?.exceptCurrent?.apply(to: &attributes)
    let blocked = SignalBlock()
    defer { blocked.end() }
    let failure = pthread_create(
      &thread, &attributes,
      { argument in
        let work = Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
        work.cores?.applyToThisThread()
        work.body()
        return nil
      }, work.toOpaque())
    guard failure == 0 else {
      work.release()
      return nil
    }
  }

  /// Waits until the thread has ended.
  package func join() { pthread_join(thread, nil) }
}

/// A set of cores.
struct Cores: Sendable {
  private var set = cpu_set_t()

  /// Those that this thread may run on; nil where the system does not say, as with more cores than a set holds.
  static var allowed: Cores? {
    var cores = Cores()
    return sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &cores.set) == 0 ? cores : nil
  }

  /// How many they are.
  var count: Int {
    withUnsafeBytes(of: set) { bytes in bytes.reduce(0) { $0 + $1.nonzeroBitCount } }
  }

  /// These without the one that this thread is on; nil if that leaves none.
  var exceptCurrent: Cores? {
    let current = Int(sched_getcpu())
    var cores = self
    let isEmpty = withUnsafeMutableBytes(of: &cores.set) { bytes in
      if (0..<bytes.count * 8).contains(current) { bytes[current / 8] &= ~(1 << UInt8(current % 8)) }
      return bytes.allSatisfy { $0 == 0 }
    }
    return isEmpty ? nil : cores
  }

  /// Where it fails, the thread begins on any core.
  func apply(to attributes: inout pthread_attr_t) {
    var set = set
    pthread_attr_setaffinity_np(&attributes, MemoryLayout<cpu_set_t>.size, &set)
  }

  func applyToThisThread() {
    var set = set
    sched_setaffinity(0, MemoryLayout<cpu_set_t>.size, &set)
  }
}
