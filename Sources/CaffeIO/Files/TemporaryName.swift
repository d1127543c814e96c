import Glibc
import Locks
import Synchronization

/// A hidden name beside a destination that is removed when the run is interrupted.
final class TemporaryName: Sendable {
  /// The path.
  let path: String
  /// Whether the file and the slot still belong to this object. A slot that was released may belong to another name.
  private let isHeld = Guarded(true)
  private let slot: Int?

  private static let counter = Atomic(0)

  /// Makes up a name that nothing else has; no file is created.
  init(beside destination: String) {
    let number = Self.counter.add(1, ordering: .relaxed).newValue
    path = Self.prefix(beside: destination) + "\(getpid())-\(number)"
    slot = InterruptCleanup.register(path)
  }

  private static func prefix(beside destination: String) -> String {
    Paths.hidden("new-", beside: destination)
  }

  /// Removes files of such names whose runs were killed: nobody holds their locks.
  static func removeAbandoned(beside destination: String) {
    let prefix = prefix(beside: destination)
    let folder = Paths.folder(of: destination)
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard (folder + name).hasPrefix(prefix) else { continue }
      let descriptor = open(folder + name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(folder + name) }
      close(descriptor)
    }
  }

  /// Removes the file and forgets the name.
  func remove() { letGo(removing: true) }

  /// Leaves the file alone from now on.
  func forget() { letGo(removing: false) }

  private func letGo(removing: Bool) {
    isHeld.withLock { isHeld in
      guard isHeld else { return }
      isHeld = false
      if removing { unlink(path) }
      if let slot { InterruptCleanup.release(slot) }
    }
  }
}

/// Removes temporary files when a signal ends the process.
///
/// A signal handler may use no memory manager and no locks: the paths lie ready in a fixed table.
enum InterruptCleanup {
  private static let slotCount = 64
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Paths as C strings; an empty slot is nil. Only the thread that owns a slot writes it, but for the
  /// handler, which ends the process.
  private nonisolated(unsafe) static let slots = {
    let slots = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: slotCount)
    slots.initialize(repeating: nil, count: slotCount)
    return slots
  }()
  private static let lock = Guarded(false)

  /// Notes a path to be removed; nil when the table is full.
  static func register(_ path: String) -> Int? {
    lock.withLock { isInstalled in
      guard let slot = (0..<slotCount).first(where: { slots[$0] == nil }) else { return nil }
      slots[slot] = strdup(path)
      if !isInstalled {
        install()
        isInstalled = true
      }
      return slot
    }
  }

  /// Forgets a path.
  static func release(_ slot: Int) {
    lock.withLock { _ in
      let path = slots[slot]
      slots[slot] = nil
      free(path)
    }
  }

  private static func install() {
    for number in signals {
      var previous = sigaction()
      sigaction(number, nil, &previous)
      // A signal that the process was started to ignore (nohup) stays ignored; another's handler stays.
      guard previous.__sigaction_handler.sa_handler == nil else { continue }
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { InterruptCleanup.handle($0) }
      // The default action is back when the handler runs, so that raising ends the process by the signal.
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
      sigaction(number, &action, nil)
    }
  }

  private static func handle(_ number: Int32) {
    for slot in 0..<slotCount {
      if let path = slots[slot] { unlink(path) }
    }
    raise(number)
  }
}
